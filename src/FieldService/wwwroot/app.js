// What a page gains when scripts run. Without this file every page works: forms are forms and links are links.
(() => {
  'use strict';
  const $ = (selector, root = document) => root.querySelector(selector);
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === false || value === null || value === undefined) continue;
      if (name === 'text') element.textContent = value;
      else element.setAttribute(name, value === true ? '' : value);
    }
    element.append(...children);
    return element;
  };

  // Two taps are one.
  document.addEventListener('submit', event => {
    const form = event.target;
    if (form.dataset.confirm && !form.dataset.sure) {
      event.preventDefault();
      ask(form.dataset.confirm, event.submitter).then(sure => {
        if (!sure) return;
        form.dataset.sure = '1';
        form.requestSubmit(event.submitter && form.contains(event.submitter) ? event.submitter : undefined);
      });
      return;
    }
    if ('once' in form.dataset) {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = '1';
      form.setAttribute('aria-busy', 'true');
    }
  });
  addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[data-sent], form[data-sure]')) { delete form.dataset.sent; delete form.dataset.sure; form.removeAttribute('aria-busy'); }
  });

  function ask(question, button) {
    return new Promise(resolve => {
      const dialog = make('dialog', { class: 'ask', 'aria-labelledby': 'ask-question' },
        make('p', { id: 'ask-question', text: question }),
        make('form', { method: 'dialog' },
          make('button', { class: 'quiet', value: 'no', text: 'Go back' }),
          make('button', { class: button?.classList.contains('danger') ? 'danger' : '', value: 'yes', text: button?.textContent.trim() || 'Yes' })));
      dialog.addEventListener('close', () => { resolve(dialog.returnValue === 'yes'); dialog.remove(); });
      document.body.append(dialog);
      dialog.showModal();
    });
  }

  // Toasts go by themselves, but not under somebody's pointer.
  function toast(text, tone = '') {
    $('.toast')?.remove();
    const close = make('button', { type: 'button', class: 'plain', 'aria-label': 'Close', text: '×' });
    const box = make('div', { class: `toast ${tone}`, role: tone === 'bad' ? 'alert' : 'status' }, make('p', { text }), close);
    document.body.append(box);
    leave(box, close, tone === 'bad' ? 12000 : 6000);
  }
  function leave(box, close, after) {
    const start = () => setTimeout(() => box.remove(), after);
    let timer = start();
    box.addEventListener('pointerenter', () => clearTimeout(timer));
    box.addEventListener('pointerleave', () => { timer = start(); });
    close.addEventListener('click', () => box.remove());
  }
  const said = $('[data-toast]');
  if (said) { const close = $('[data-close]', said); close.hidden = false; leave(said, close, 6000); }

  // Menus made of details close when somebody turns elsewhere.
  document.addEventListener('click', event => { for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false; });
  document.addEventListener('keydown', event => { if (event.key === 'Escape') for (const menu of document.querySelectorAll('details.menu[open]')) { menu.open = false; menu.querySelector('summary').focus(); } });

  // Search and commands: / or Ctrl+K from anywhere.
  const isTyping = element => element.closest('input, textarea, select, [contenteditable]');
  document.addEventListener('keydown', event => {
    if ((event.key === 'k' && (event.ctrlKey || event.metaKey)) || (event.key === '/' && !isTyping(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey)) {
      if (!$('[data-palette]')) return;
      event.preventDefault();
      palette();
    }
  });
  document.addEventListener('click', event => {
    if (event.target.closest('[data-palette]') && !event.ctrlKey && !event.metaKey) { event.preventDefault(); palette(); }
  });

  const kinds = [['clients', 'Client', '/app/clients/'], ['properties', 'Property', '/app/properties/'], ['jobs', 'Job', '/app/jobs/'], ['estimates', 'Estimate', '/app/estimates/'], ['invoices', 'Invoice', '/app/invoices/']];
  function palette() {
    if ($('dialog.palette')) return;
    const input = make('input', { type: 'search', id: 'palette-input', role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'palette-list', 'aria-label': 'Search, or go to', placeholder: 'A name, a street, a number, or where to go', autocomplete: 'off', maxlength: '200' });
    const list = make('ul', { id: 'palette-list', role: 'listbox', 'aria-label': 'Found' });
    const dialog = make('dialog', { class: 'palette', 'aria-label': 'Search' }, input, list);
    const isOffice = !!$('.main a[href="/app/clients"]');
    const commands = [
      ...[...document.querySelectorAll('.main a')].map(a => ['Go to', a.textContent.trim(), a.getAttribute('href')]),
      ...(isOffice ? [['New', 'Job', '/app/jobs/new'], ['New', 'Client', '/app/clients/new'], ['New', 'Estimate', '/app/estimates/new'], ['New', 'Invoice', '/app/invoices/new'],
        ['Go to', 'Estimates', '/app/estimates'], ['Go to', 'Reports', '/app/reports'], ['Go to', 'Payments', '/app/payments'], ['Go to', 'Price book', '/app/price-book'], ['Go to', 'People', '/app/people']] : []),
    ];
    let current = -1, asked = 0, waiting = 0;
    const show = rows => {
      list.replaceChildren(...rows.map(([kind, title, href, detail, status], i) =>
        make('li', { role: 'option', id: `palette-${i}`, 'data-href': href }, make('span', { class: 'kind', text: kind }), make('span', { class: 'title', text: title }), make('span', { class: 'sub', text: [detail, status?.replace('_', ' ')].filter(Boolean).join(' · ') }))));
      select(rows.length ? 0 : -1);
      if (!rows.length) list.append(make('li', { class: 'none', text: 'Nothing has these words.' }));
    };
    const select = i => {
      current = i;
      [...list.children].forEach((item, at) => item.setAttribute('aria-selected', at === i ? 'true' : 'false'));
      if (i >= 0) { input.setAttribute('aria-activedescendant', `palette-${i}`); list.children[i].scrollIntoView({ block: 'nearest' }); } else input.removeAttribute('aria-activedescendant');
    };
    const go = () => { const href = list.children[current]?.dataset.href; if (href) location.assign(href); };
    const find = async () => {
      const words = input.value.trim(), number = ++asked, low = words.toLowerCase();
      const near = commands.filter(([kind, title]) => !words || `${kind} ${title}`.toLowerCase().includes(low));
      if (words.length < 2) { show(near); return; }
      try {
        const answer = await fetch(`/api/v1/search?q=${encodeURIComponent(words)}`, { headers: { Accept: 'application/json' } });
        if (number !== asked) return;
        const { data } = await answer.json();
        show([...kinds.flatMap(([key, kind, path]) => data[key].map(found => [kind, found.title, path + found.id, found.detail, found.status])), ...near]);
      } catch { if (number === asked) show(near); }
    };
    // Whoever types and presses Enter at once means what they typed, not what was shown before it.
    input.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(() => { waiting = 0; find(); }, 120); });
    input.addEventListener('keydown', event => {
      const many = list.querySelectorAll('[role=option]').length;
      if (event.key === 'ArrowDown' && many) { event.preventDefault(); select((current + 1) % many); }
      else if (event.key === 'ArrowUp' && many) { event.preventDefault(); select((current + many - 1) % many); }
      else if (event.key === 'Enter') { event.preventDefault(); if (waiting) { clearTimeout(waiting); waiting = 0; find().then(go); } else go(); }
    });
    list.addEventListener('click', event => { const item = event.target.closest('[role=option]'); if (item) location.assign(item.dataset.href); });
    dialog.addEventListener('click', event => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener('close', () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    show(commands);
    input.focus();
  }

  // A choice that filters a page is made by choosing.
  document.addEventListener('change', event => { if (event.target.matches('[data-now]')) event.target.form.requestSubmit(); });

  // What only a script can do is shown only by one.
  function enhance(root) {
    for (const button of root.querySelectorAll('[data-copy]')) {
      button.hidden = false;
      button.addEventListener('click', async () => { await navigator.clipboard.writeText($(button.dataset.copy).textContent.trim()); toast('Copied'); });
    }
    for (const button of root.querySelectorAll('[data-print]')) { button.hidden = false; button.addEventListener('click', () => print()); }
  }
  enhance(document);

  // On a telephone the place one is at may lie beyond the edge of the row that names it.
  for (const row of document.querySelectorAll('.subnav, .tabs')) {
    const here = $('[aria-current]', row);
    if (here && row.scrollWidth > row.clientWidth) row.scrollLeft = here.offsetLeft - row.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
  }

  // A picture that is only on this device yet, drawn: no address leads to it.
  function picture(base64) {
    const canvas = make('canvas', { width: '320', height: '240' });
    createImageBitmap(new Blob([Uint8Array.from(atob(base64), letter => letter.charCodeAt(0))], { type: 'image/jpeg' })).then(bitmap => {
      canvas.width = bitmap.width; canvas.height = bitmap.height;
      canvas.getContext('2d').drawImage(bitmap, 0, 0);
    }).catch(() => {});
    return canvas;
  }

  window.outpost = { $, make, toast, ask, enhance, picture };
})();
