// What others change appears on the page that shows it. The page is told that something has changed and no word of what; it reads itself again, a moment later and
// not at the same moment as everybody else, and exchanges only the parts that differ. A page that nobody looks at listens to nothing.
(() => {
  'use strict';
  const { $, make, toast, enhance } = window.outpost;
  const main = $('main[data-place]');
  if (!main || !('EventSource' in window)) return;
  const kinds = new Set((main.dataset.live || '').split(' ').filter(Boolean)), about = main.dataset.about || '', isEditor = main.dataset.editing === 'true';
  const soon = 250, spread = 1250, between = 3000, away = 30000;
  let source = null, place = main.dataset.place, timer = 0, read = 0, patience = 2000, stale = false;

  const open = () => {
    if (source || document.hidden || stale) return;
    const query = new URLSearchParams({ last_event_id: place });
    if (about) query.set('about', about);
    if (isEditor) query.set('editing', 'true');
    source = new EventSource(`/app/events?${query}`);
    source.addEventListener('hello', event => { place = event.lastEventId; patience = 2000; main.dataset.hears = '1'; });
    source.addEventListener('change', event => { place = event.lastEventId; told(JSON.parse(event.data)); });
    source.addEventListener('reset', event => { place = event.lastEventId; if (!isEditor) later(); });
    source.addEventListener('editors', event => editors(JSON.parse(event.data)));
    source.addEventListener('error', () => {
      delete main.dataset.hears;
      if (source?.readyState !== EventSource.CLOSED) return;
      // It was refused and does not come back by itself.
      close();
      setTimeout(open, patience * (1 + Math.random()));
      patience = Math.min(patience * 2, 120000);
    });
  };
  const close = () => { source?.close(); source = null; delete main.dataset.hears; };
  document.addEventListener('visibilitychange', () => { if (document.hidden) close(); else open(); });
  addEventListener('pagehide', close);
  addEventListener('pageshow', open);

  function told(change) {
    const isThis = about === `${change.kind}:${change.id}`;
    if (isEditor) {
      if (!isThis || change.mine) return;
      stale = true;
      close();
      note('changed', 'alert', `${change.by ?? 'Somebody'} has just changed this. What you save now would be refused, so that nothing of theirs is lost.`,
        make('a', { class: 'button quiet', href: location.pathname.replace(/\/edit$/, ''), target: '_blank', text: 'See it as it is now' }),
        make('a', { class: 'button quiet', href: location.href, text: 'Begin again with it' }));
      return;
    }
    if (isThis && !change.mine && change.by) toast(`${change.by} has just changed this.`);
    if (isThis || kinds.has(change.kind) || (change.visit_id && about === `visit:${change.visit_id}`) || (change.job_id && about === `job:${change.job_id}`)) later();
  }

  function editors(names) {
    const others = names.filter(Boolean), here = names.length > others.length;
    const who = others.length > 1 ? `${others.slice(0, -1).join(', ')} and ${others.at(-1)} are editing this too.` : others.length ? `${others[0]} is editing this too.` : here && isEditor ? 'You have this open in another window too.' : '';
    note('editors', 'status', isEditor ? who : others.length ? who.replace(' too.', ' at the moment.') : '');
  }

  function note(id, role, text, ...more) {
    $(`#note-${id}`)?.remove();
    if (!text) return;
    let box = $('.others');
    if (!box) { box = make('div', { class: 'others' }); document.body.append(box); }
    box.append(make('div', { id: `note-${id}`, role }, make('p', { text }), ...(more.length ? [make('p', { class: 'actions' }, ...more)] : [])));
  }

  function later() {
    if (timer) return;
    timer = setTimeout(async () => { timer = 0; if (isBusy()) later(); else await refresh(); }, soon + Math.random() * spread + Math.max(0, read + between - Date.now()));
  }

  const isBusy = () => $('dialog[open], .dragged, form[aria-busy], details.menu[open]') !== null;
  document.addEventListener('input', event => { if (event.target.form?.method === 'post') event.target.form.dataset.written = '1'; });

  async function refresh() {
    read = Date.now();
    let text;
    try {
      const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
      if (!answer.ok || answer.redirected) return;
      text = await answer.text();
    } catch { setTimeout(later, away); return; }
    // What waits in the telephone's outbox is shown on the page; it reads itself again when it has arrived.
    if ($('.outbox')) return;
    // Somebody has begun to do something on it while it was read.
    if (isBusy()) { later(); return; }
    const page = new DOMParser().parseFromString(text, 'text/html'), fresh = page.querySelector('main');
    if (fresh && exchange(main, fresh)) document.dispatchEvent(new CustomEvent('outpost:fresh'));
  }

  // From the outside to the inside: where the frame is the same, only what differs within it.
  function exchange(old, fresh) {
    if (plain(old) === plain(fresh)) return false;
    const olds = [...old.children], news = [...fresh.children];
    if (old === main || (old.matches('.split, .stack, .columns, .rounds, aside, [data-board], .dayboard, .lane, .editor, .kanban, tbody, tr') && frame(old) === frame(fresh))) {
      if (olds.length === news.length && olds.every((child, i) => child.tagName === news[i].tagName)) {
        let any = false;
        olds.forEach((child, i) => { if (exchange(child, news[i])) any = true; });
        return any;
      }
      if (old === main) { if (isTouched(old)) return false; const settle = settled(old); main.replaceChildren(...news.map(take)); settle(main); enhance(main); return true; }
    }
    if (isTouched(old)) return false;
    const settle = settled(old), taken = take(fresh);
    old.replaceWith(taken);
    settle(taken);
    enhance(taken);
    return true;
  }
  // What somebody had opened, scrolled to or stood on is so again in what comes in its place: known by its words or its address, for its number may be another's now.
  function settled(old) {
    const all = (root, selector) => [...(root.matches(selector) ? [root] : []), ...root.querySelectorAll(selector)];
    const named = root => { const seen = {}; return all(root, 'details').map(details => { const said = details.querySelector('summary')?.textContent.trim() ?? ''; seen[said] = (seen[said] ?? 0) + 1; return [`${said} ${seen[said]}`, details]; }); };
    const scrolls = '.pool ul, .tabs, .kanban, .scroll';
    const open = new Map(named(old).map(([name, details]) => [name, details.open])), left = all(old, scrolls).map(e => e.scrollLeft);
    const at = old.contains(document.activeElement) && document.activeElement !== old ? document.activeElement : null, address = at?.getAttribute('href');
    return taken => {
      for (const [name, details] of named(taken)) if (open.has(name)) details.open = open.get(name);
      all(taken, scrolls).forEach((e, i) => { if (left[i]) e.scrollLeft = left[i]; });
      if (at) (at.id ? document.getElementById(at.id) : address ? all(taken, 'a[href]').find(a => a.getAttribute('href') === address) : null)?.focus({ preventScroll: true });
    };
  }
  const take = node => document.adoptNode(node);
  const frame = node => node.cloneNode(false).outerHTML;
  const isTouched = node => node.querySelector('form[data-written]') !== null || node.matches('form[data-written]') || (node.contains(document.activeElement) && document.activeElement.matches('input, textarea, select'));
  // Without what a form holds to be sent only once, and without what a script has done to it.
  const plain = node => {
    const copy = node.cloneNode(true);
    for (const field of copy.querySelectorAll('input[name=_key]')) field.remove();
    for (const item of [copy, ...copy.querySelectorAll('[hidden], [draggable], [open], [data-hears], [data-place]')]) for (const name of ['hidden', 'draggable', 'open', 'data-hears', 'data-place']) item.removeAttribute(name);
    return copy.outerHTML.replace(/\s+/g, ' ');
  };

  open();
})();
