// Visits and jobs that are dragged on the schedule. The server decides what fits; what it refuses is shown, and goes back unless somebody says why it is meant.
(() => {
  'use strict';
  const { make, toast } = window.outpost;
  const page = document.querySelector('[data-board]');
  const quarter = 15 * 60 * 1000;
  let held = null, landing = null;

  const arm = () => {
    for (const visit of page.querySelectorAll('.visit[data-moves="1"]')) visit.draggable = true;
    for (const job of page.querySelectorAll('[data-job]')) { job.draggable = true; for (const link of job.querySelectorAll('a')) link.draggable = false; }
  };
  arm();
  document.addEventListener('outpost:fresh', arm);

  page.addEventListener('dragstart', event => {
    const thing = event.target.closest('.visit[data-moves="1"], [data-job]');
    if (!thing) return;
    const box = thing.getBoundingClientRect();
    held = { thing, grip: thing.dataset.visit && thing.closest('.track') ? event.clientX - box.left : 0, minutes: Number(thing.dataset.minutes || 120) };
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', thing.dataset.visit || thing.dataset.job);
    thing.classList.add('dragged');
  });
  page.addEventListener('dragend', () => { held?.thing.classList.remove('dragged'); held = null; clear(); });
  const clear = () => { landing?.remove(); landing = null; for (const place of page.querySelectorAll('.over')) place.classList.remove('over'); };

  const target = event => {
    const place = event.target.closest('.track[data-lane], [data-cell]');
    if (!place || !held) return null;
    if (place.matches('[data-cell]')) return { place, lane: place.dataset.lane, day: place.dataset.day };
    const board = place.closest('.dayboard'), box = place.getBoundingClientRect(), quarters = Number(board.dataset.quarters);
    const slot = Math.max(0, Math.min(quarters - 1, Math.round((event.clientX - held.grip - box.left) / box.width * quarters)));
    return { place, lane: place.dataset.lane, start: new Date(Date.parse(board.dataset.start) + slot * quarter), left: slot / quarters, width: held.minutes / 15 / quarters };
  };

  page.addEventListener('dragover', event => {
    const to = target(event);
    if (!to) { clear(); return; }
    event.preventDefault();
    for (const place of page.querySelectorAll('.over')) if (place !== to.place) place.classList.remove('over');
    to.place.classList.add('over');
    if (!to.start) return;
    if (landing?.parentElement !== to.place) { landing?.remove(); landing = make('span', { class: 'landing' }); to.place.append(landing); }
    landing.style.left = `${to.left * 100}%`;
    landing.style.width = `${to.width * 100}%`;
    landing.textContent = shown(to.start);
  });
  const zone = new Intl.DateTimeFormat('en-US', { hour: 'numeric', minute: '2-digit', timeZone: page.dataset.zone || undefined });
  const shown = date => zone.format(date);

  page.addEventListener('drop', event => {
    const to = target(event);
    if (!to) return;
    event.preventDefault();
    const { thing, minutes } = held;
    clear();
    if (thing.dataset.visit) {
      const body = { technician_ids: to.lane === undefined ? undefined : to.lane ? [to.lane] : [] };
      // A visit of several people keeps them, unless it is given to somebody else.
      if (Number(thing.dataset.crew) > 1 && to.lane === thing.dataset.from) delete body.technician_ids;
      body.scheduled_start = (to.start ?? onDay(thing.dataset.at, to.day)).toISOString();
      if (Date.parse(body.scheduled_start) === Date.parse(thing.dataset.at) && to.lane === thing.dataset.from) return;
      const back = { scheduled_start: thing.dataset.at, technician_ids: thing.dataset.from === undefined ? undefined : thing.dataset.from ? [thing.dataset.from] : [] };
      if (Number(thing.dataset.crew) > 1) delete back.technician_ids;
      send(`/api/v1/visits/${thing.dataset.visit}/reschedule`, body, 'Moved', Number(thing.dataset.crew) > 1 && body.technician_ids ? null : () => send(`/api/v1/visits/${thing.dataset.visit}/reschedule`, back, 'Back where it was'));
    } else {
      const start = to.start ?? new Date(`${to.day}T14:00:00Z`);
      const body = { technician_ids: to.lane ? [to.lane] : [] };
      if (to.start) { body.scheduled_start = start.toISOString(); body.scheduled_end = new Date(start.getTime() + minutes * 60000).toISOString(); }
      else { body.local_start = `${to.day}T08:00`; body.local_end = `${to.day}T10:00`; }
      send(`/api/v1/jobs/${thing.dataset.job}/visits`, body, 'Booked');
    }
  });

  // The same time of day, on another day.
  function onDay(at, day) {
    const moment = new Date(at), wall = format(moment);
    const days = Math.round((Date.parse(`${day}T00:00:00Z`) - Date.parse(`${wall.slice(0, 10)}T00:00:00Z`)) / 86400000);
    let moved = new Date(moment.getTime() + days * 86400000);
    // Between the two the clocks may have changed.
    const drift = minutesOf(format(moved)) - minutesOf(wall);
    moved = new Date(moved.getTime() - (drift > 720 ? drift - 1440 : drift < -720 ? drift + 1440 : drift) * 60000);
    return moved;
  }
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: page.dataset.zone || undefined, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const format = date => { const p = Object.fromEntries(parts.formatToParts(date).map(part => [part.type, part.value])); return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}`; };
  const minutesOf = text => Number(text.slice(11, 13)) * 60 + Number(text.slice(14, 16));

  async function send(path, body, done, undo) {
    let answer, said;
    try {
      answer = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() }, body: JSON.stringify(body) });
      said = await answer.json();
    } catch {
      toast('There is no connection. Nothing was changed.', 'bad');
      return;
    }
    if (answer.ok) {
      await refresh();
      toast([done, ...(said.warnings ?? []).map(warning => warning.message)].join('. '), '', undo);
      if (undo) offer(undo);
      return;
    }
    if (said.error?.code === 'SCHEDULE_CONFLICT' && said.error.details?.conflicts) {
      const reason = await conflict(said.error.details.conflicts);
      if (reason) await send(path, { ...body, override: { reason } }, done, undo);
      return;
    }
    toast(said.error?.message ?? 'That did not work.', 'bad');
  }

  function offer(undo) {
    const box = document.querySelector('.toast');
    const button = make('button', { type: 'button', class: 'plain undo', text: 'Undo' });
    button.addEventListener('click', () => { box.remove(); undo(); });
    box?.querySelector('p').after(button);
  }

  function conflict(conflicts) {
    return new Promise(resolve => {
      const reason = make('input', { id: 'why', name: 'why', required: true, minlength: '3', maxlength: '500', autocomplete: 'off' });
      const dialog = make('dialog', { class: 'clash', 'aria-labelledby': 'clash-title' },
        make('h2', { id: 'clash-title', text: 'That does not fit' }),
        make('ul', {}, ...conflicts.map(one => make('li', { text: one.message }))),
        make('form', { method: 'dialog' },
          make('label', { for: 'why', text: 'Book it all the same because' }), reason,
          make('div', { class: 'save' }, make('button', { class: 'quiet', value: 'no', formnovalidate: true, text: 'Put it back' }), make('button', { value: 'yes', text: 'Book anyway' }))));
      dialog.addEventListener('close', () => { resolve(dialog.returnValue === 'yes' ? reason.value.trim() : ''); dialog.remove(); });
      document.body.append(dialog);
      dialog.showModal();
    });
  }

  async function refresh() {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    if (!answer.ok) { location.reload(); return; }
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-board]');
    page.replaceChildren(...fresh.children);
    arm();
  }
  window.outpost.refreshBoard = refresh;
})();
