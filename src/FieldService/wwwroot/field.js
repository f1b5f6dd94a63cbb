// A telephone in a cellar: what is done on a visit goes to an outbox that survives reload, sign-out and an update, and is sent when there is a signal. Nothing is
// dropped silently: what the server refuses stays and is shown until somebody decides.
(() => {
  'use strict';
  const outpost = window.outpost, { $, make, toast } = outpost;
  const me = document.body.dataset.user;
  if (!me || !('indexedDB' in window)) return;
  const every = 20000, patience = 10000;
  const words = JSON.parse(document.body.dataset.words), say = (key, ...values) => words[key].replace(/\{(\d)\}/g, (_, i) => values[i]);
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: 'numeric', minute: '2-digit', timeZone: document.body.dataset.zone });
  const count = (key, many) => say(many === 1 ? `${key}.one` : `${key}.many`, many);

  const opened = new Promise((resolve, reject) => {
    const asked = indexedDB.open('outpost-field', 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore('outbox', { keyPath: 'id' });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const inStore = async (mode, use) => {
    const store = (await opened).transaction('outbox', mode).objectStore('outbox');
    return await new Promise((resolve, reject) => { const asked = use(store); asked.onsuccess = () => resolve(asked.result); asked.onerror = () => reject(asked.error); });
  };
  const all = async () => (await inStore('readonly', store => store.getAll())).filter(entry => entry.user === me).sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  const put = entry => inStore('readwrite', store => store.put(entry));
  const drop = id => inStore('readwrite', store => store.delete(id));

  // What is sent on a visit goes through the outbox, whether there is a signal or not: only the server's answer takes it out again.
  document.addEventListener('submit', async event => {
    const form = event.target;
    if (!('outbox' in form.dataset)) return;
    event.preventDefault();
    if (form.dataset.sent) return;
    // When it was signed, not when it arrives.
    if (form.elements.signed_at) form.elements.signed_at.value = new Date().toISOString();
    const fields = [...new FormData(form, event.submitter)].map(([name, value]) => [name, String(value)]);
    const entry = {
      id: crypto.randomUUID(), user: me, at: Date.now(), action: new URL(form.action).pathname, page: location.pathname, label: form.dataset.outbox, state: 'waiting', message: '',
      // A key of its own for each time, and no version: the page may be hours old, and what it says of the visit is not what is being changed.
      fields: fields.filter(([name]) => name !== '_key' && name !== '_version'),
    };
    entry.fields.push(['_key', entry.id]);
    // What says all of a thing takes the place of what it said before.
    const says = one => one.fields?.some(([name, value]) => name === 'tech_notes' || (name === '_method' && value === 'PUT'));
    if (says(entry)) for (const earlier of await all()) if (earlier.action === entry.action && earlier.state === 'waiting' && says(earlier)) await drop(earlier.id);
    await put(entry);
    await settle([entry], form);
  }, true);

  // A photo goes the same way, as the API takes it.
  outpost.later = async (action, photos) => {
    const entries = photos.map((json, i) => ({ id: crypto.randomUUID(), user: me, at: Date.now() + i, action, page: location.pathname, label: say('photo'), state: 'waiting', message: '', fields: [], json }));
    for (const entry of entries) await put(entry);
    await settle(entries);
  };

  async function settle(entries, form) {
    const entry = entries.at(-1);
    let sent = await flush(), now = (await all()).find(one => one.id === entry.id);
    // What was being sent already when this came did not have it yet.
    if (!sent.has(entry.id) && now?.state === 'waiting') { sent = await flush(); now = (await all()).find(one => one.id === entry.id); }
    if (sent.has(entry.id) || !now) { again(entry); return; }
    for (const one of entries) if (!sent.has(one.id)) apply(one);
    if (form) {
      delete form.dataset.sent;
      form.removeAttribute('aria-busy');
      // What was added stands in its list; the form is for the next one.
      const more = form.closest('details');
      if (more && now.state === 'waiting') { form.reset(); form.querySelector('[data-clear]')?.click(); more.open = false; }
    }
    if (now.state === 'refused') toast(now.message, 'bad'); else toast(say('kept'));
  }

  // The page as the server has it now, with a word about what was done.
  const again = entry => { sessionStorage.setItem('said', entry.fields.find(([name]) => name === '_say')?.[1] ?? say(entry.json ? 'photo.kept' : 'sent')); location.reload(); };
  const said = sessionStorage.getItem('said');
  if (said) { sessionStorage.removeItem('said'); toast(said); }

  let flushing = null;
  const flush = () => flushing ??= (async () => {
    const sent = new Set();
    try {
      for (const entry of await all()) {
        if (entry.state !== 'waiting') continue;
        let answer;
        try {
          answer = await fetch(entry.action, entry.json
            ? { method: 'POST', headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'Idempotency-Key': entry.id }, body: JSON.stringify(entry.json), signal: AbortSignal.timeout(6 * patience) }
            : { method: 'POST', headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(entry.fields), signal: AbortSignal.timeout(patience) });
        } catch { break; }
        if (answer.ok) { await drop(entry.id); sent.add(entry.id); continue; }
        if (answer.status === 401 || answer.status === 429 || answer.status >= 500) { if (answer.status === 401) lost = true; break; }
        const said = await answer.json().catch(() => null);
        await put({ ...entry, state: 'refused', message: said?.error?.message ?? say('refused') });
      }
    } finally { flushing = null; }
    await show();
    return sent;
  })();
  let lost = false;

  async function show() {
    const entries = await all();
    let box = $('.outbox');
    if (!entries.length) { box?.remove(); return; }
    if (!box) { box = make('section', { class: 'outbox', 'aria-label': say('outbox'), role: 'status' }); $('main').prepend(box); }
    const waiting = entries.filter(entry => entry.state === 'waiting').length, refused = entries.length - waiting;
    const line = [waiting && count(lost ? 'waits.out' : 'waits', waiting), refused && count('refused', refused)].filter(Boolean).join(', ');
    box.replaceChildren(make('p', {}, make('strong', { text: line })), make('ul', {}, ...entries.map(entry => {
      const item = make('li', { class: entry.state }, make('span', {}, `${entry.label}, ${time.format(entry.at)}`, entry.message ? make('span', { class: 'sub', text: entry.message }) : ''));
      if (entry.state === 'refused') {
        const retry = make('button', { type: 'button', class: 'quiet', text: say('again') }), away = make('button', { type: 'button', class: 'danger', text: say('away') });
        retry.addEventListener('click', async () => { await put({ ...entry, state: 'waiting', message: '' }); if ((await flush()).has(entry.id)) again(entry); });
        away.addEventListener('click', async () => { await drop(entry.id); await show(); });
        item.append(make('span', { class: 'actions' }, retry, away));
      }
      return item;
    })));
  }

  // The page as it will be once what waits has arrived.
  function apply(entry) {
    if (entry.page !== location.pathname || entry.state !== 'waiting') return;
    const value = name => entry.fields.find(([field]) => field === name)?.[1];
    const go = $('form.go');
    if (entry.action.endsWith('/transition') && go) {
      if (value('status') === 'arrived') {
        go.elements.status.value = 'completed';
        const label = go.querySelector('[data-finish]');
        label.textContent = go.dataset.outbox = label.dataset.finish;
      } else if (value('status') === 'completed') go.hidden = true;
    }
    if (value('_method') === 'PUT') {
      const list = [...document.forms].find(form => new URL(form.action).pathname === entry.action);
      for (const field of list ? list.querySelectorAll('input:not([type=hidden])') : []) { const said = value(field.name); if (field.type === 'checkbox') field.checked = said !== undefined; else field.value = said ?? ''; }
    }
    if (entry.action.endsWith('/signatures')) wait($('section[aria-labelledby=signatures] .items'), entry, make('div', {}, make('strong', { text: value('name') })));
    if (entry.json?.thumbnail) wait($('.photos'), entry, outpost.picture(entry.json.thumbnail), make('p', { text: entry.json.caption ?? '' }));
    if (value('tech_notes') !== undefined) { const notes = $('[name=tech_notes]'); if (notes) notes.value = value('tech_notes'); }
    if (entry.action.endsWith('/parts')) {
      const list = $('section[aria-labelledby=parts] .items'), select = $('[name=price_book_item_id]');
      const name = value('description') || [...(select?.options ?? [])].find(option => option.value === value('price_book_item_id'))?.textContent || '';
      wait(list, entry, make('div', {}, `${value('quantity')} ${name}`));
    }
  }
  const wait = (list, entry, ...shown) => { if (list && !list.querySelector(`[data-entry="${entry.id}"]`)) list.append(make('li', { 'data-entry': entry.id }, ...shown, make('span', { class: 'chip warn', text: say('waiting') }))); };

  const tick = async () => { const sent = await flush(); if (sent.size && !document.querySelector('dialog[open]') && !isWriting()) location.reload(); };
  const isWriting = () => document.activeElement?.matches('input, textarea, select');
  addEventListener('online', tick);
  setInterval(async () => { if ((await all()).some(entry => entry.state === 'waiting')) tick(); }, every);
  (async () => { for (const entry of await all()) apply(entry); await show(); await tick(); })();

  if ('serviceWorker' in navigator) {
    navigator.serviceWorker.register('/sw.js', { scope: '/' }).then(async () => {
      const worker = (await navigator.serviceWorker.ready).active;
      const visits = [...new Set([...document.querySelectorAll('.day a[href^="/app/visits/"]')].map(link => link.getAttribute('href')))];
      if (visits.length) {
        navigator.serviceWorker.addEventListener('message', event => { if (event.data?.kept) document.body.dataset.kept = event.data.kept; });
        worker.postMessage({ keep: ['/app', ...visits] });
      }
    }).catch(() => {});
  }
})();
