// A telephone in a cellar: what is done on a visit goes to an outbox that survives reload, sign-out and an update, and is sent when there is a signal. Nothing is
// dropped silently: what the server refuses stays and is shown until somebody decides.
(() => {
  'use strict';
  const { $, make, toast } = window.outpost;
  const me = document.body.dataset.user;
  if (!me || !('indexedDB' in window)) return;
  const every = 20000, patience = 10000;

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
    const fields = [...new FormData(form, event.submitter)].map(([name, value]) => [name, String(value)]);
    const entry = {
      id: crypto.randomUUID(), user: me, at: Date.now(), action: new URL(form.action).pathname, page: location.pathname, label: form.dataset.outbox, state: 'waiting', message: '',
      // A key of its own for each time, and no version: the page may be hours old, and what it says of the visit is not what is being changed.
      fields: fields.filter(([name]) => name !== '_key' && name !== '_version'),
    };
    entry.fields.push(['_key', entry.id]);
    const notes = entry.fields.find(([name]) => name === 'tech_notes');
    if (notes) for (const earlier of await all()) if (earlier.action === entry.action && earlier.state === 'waiting' && earlier.fields.some(([name]) => name === 'tech_notes')) await drop(earlier.id);
    await put(entry);
    const sent = await flush();
    if (sent.has(entry.id)) { again(entry); return; }
    apply(entry);
    delete form.dataset.sent;
    form.removeAttribute('aria-busy');
    const now = (await all()).find(one => one.id === entry.id);
    if (now?.state === 'refused') toast(now.message, 'bad'); else toast('No signal. It is kept here and sent by itself.');
  }, true);

  // The page as the server has it now, with a word about what was done.
  const again = entry => { sessionStorage.setItem('said', entry.fields.find(([name]) => name === '_say')?.[1] ?? 'Sent.'); location.reload(); };
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
          answer = await fetch(entry.action, { method: 'POST', headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams(entry.fields), signal: AbortSignal.timeout(patience) });
        } catch { break; }
        if (answer.ok) { await drop(entry.id); sent.add(entry.id); continue; }
        if (answer.status === 401 || answer.status === 429 || answer.status >= 500) { if (answer.status === 401) lost = true; break; }
        const said = await answer.json().catch(() => null);
        await put({ ...entry, state: 'refused', message: said?.error?.message ?? 'It was refused.' });
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
    if (!box) { box = make('section', { class: 'outbox', 'aria-label': 'What waits to be sent', role: 'status' }); $('main').prepend(box); }
    const waiting = entries.filter(entry => entry.state === 'waiting').length, refused = entries.length - waiting;
    const line = [waiting && `${waiting} ${waiting === 1 ? 'change waits' : 'changes wait'} for ${lost ? 'you to sign in' : 'a signal'}`, refused && `${refused} ${refused === 1 ? 'was' : 'were'} refused`].filter(Boolean).join(', ');
    box.replaceChildren(make('p', {}, make('strong', { text: line })), make('ul', {}, ...entries.map(entry => {
      const item = make('li', { class: entry.state }, make('span', {}, `${entry.label}, ${new Date(entry.at).toLocaleTimeString(document.documentElement.lang, { hour: 'numeric', minute: '2-digit' })}`, entry.message ? make('span', { class: 'sub', text: entry.message }) : ''));
      if (entry.state === 'refused') {
        const retry = make('button', { type: 'button', class: 'quiet', text: 'Try again' }), away = make('button', { type: 'button', class: 'danger', text: 'Throw away' });
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
        go.dataset.outbox = 'Finished';
        go.querySelector('button').lastChild.textContent = 'Finish visit';
      } else if (value('status') === 'completed') go.hidden = true;
    }
    if (value('tech_notes') !== undefined) { const notes = $('[name=tech_notes]'); if (notes) notes.value = value('tech_notes'); }
    if (entry.action.endsWith('/parts')) {
      const list = $('section[aria-labelledby=parts] .items'), select = $('[name=price_book_item_id]');
      const name = value('description') || [...(select?.options ?? [])].find(option => option.value === value('price_book_item_id'))?.textContent || '';
      if (list && !list.querySelector(`[data-entry="${entry.id}"]`)) list.append(make('li', { 'data-entry': entry.id }, make('div', {}, `${value('quantity')} ${name}`), make('span', { class: 'chip warn', text: 'Waiting' })));
    }
  }

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
