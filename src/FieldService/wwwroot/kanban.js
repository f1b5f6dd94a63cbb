// Cards that are dragged to the next column. The server decides whether a job may move there; what it refuses goes back.
(() => {
  'use strict';
  const { toast } = window.outpost;
  const board = document.querySelector('[data-kanban]');
  let card = null;
  const arm = () => { for (const item of board.querySelectorAll('li[data-id]')) item.draggable = true; };
  arm();
  document.addEventListener('outpost:fresh', arm);

  board.addEventListener('dragstart', event => {
    card = event.target.closest('li[data-id]');
    if (!card) return;
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', card.dataset.id);
    card.classList.add('dragged');
  });
  board.addEventListener('dragend', () => { card?.classList.remove('dragged'); for (const column of board.querySelectorAll('.over')) column.classList.remove('over'); card = null; });
  board.addEventListener('dragover', event => {
    const column = event.target.closest('section[data-status]');
    for (const other of board.querySelectorAll('.over')) if (other !== column) other.classList.remove('over');
    if (!column || !card || !column.dataset.from.split(' ').includes(card.dataset.was)) return;
    event.preventDefault();
    column.classList.add('over');
  });
  board.addEventListener('drop', async event => {
    const column = event.target.closest('section[data-status]');
    if (!column || !card) return;
    event.preventDefault();
    const moved = card, home = moved.parentElement, after = moved.nextElementSibling, was = moved.dataset.was, status = column.dataset.status;
    column.querySelector('ol').prepend(moved);
    try {
      const answer = await fetch(`/api/v1/jobs/${moved.dataset.id}/transition`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ status }) });
      if (!answer.ok) throw new Error((await answer.json()).error?.message);
      moved.dataset.was = status;
      count(was, -1); count(status, 1);
      toast('Moved');
    } catch (problem) {
      home.insertBefore(moved, after);
      toast(problem.message || 'That did not work. Is there a connection?', 'bad');
    }
  });
  const count = (status, by) => { const number = board.querySelector(`[data-status="${status}"] .count`); number.textContent = Number(number.textContent.replace(/\D/g, '')) + by; };
})();
