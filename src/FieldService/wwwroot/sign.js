// The line somebody draws to sign, kept as the path of an SVG. Whoever cannot or will not draw types the name; that signs as well.
(() => {
  'use strict';
  const width = 600, height = 200, most = 19000, ready = new WeakSet();
  const prepare = () => { for (const pad of document.querySelectorAll('[data-pad]')) if (!ready.has(pad)) { ready.add(pad); use(pad); } };
  function use(pad) {
    const canvas = pad.querySelector('canvas'), field = pad.querySelector('[name=drawing]'), pen = canvas.getContext('2d');
    let path = '', drawing = false;
    pad.hidden = false;
    pen.lineWidth = 3; pen.lineCap = pen.lineJoin = 'round'; pen.strokeStyle = '#112233';

    const at = event => { const box = canvas.getBoundingClientRect(); return [(event.clientX - box.left) / box.width * width, (event.clientY - box.top) / box.height * height].map(n => Math.round(n * 10) / 10); };
    canvas.addEventListener('pointerdown', event => {
      if (path.length > most) return;
      drawing = true;
      canvas.setPointerCapture(event.pointerId);
      const [x, y] = at(event);
      path += `M${x} ${y}L${x} ${y}`;
      pen.beginPath(); pen.moveTo(x, y); pen.lineTo(x, y); pen.stroke();
      // What is being drawn counts as written: the page must not exchange it for a fresh one.
      field.dispatchEvent(new Event('input', { bubbles: true }));
      event.preventDefault();
    });
    canvas.addEventListener('pointermove', event => {
      if (!drawing || path.length > most) return;
      const [x, y] = at(event);
      path += `L${x} ${y}`;
      pen.lineTo(x, y); pen.stroke();
    });
    for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, () => { drawing = false; field.value = path; });
    pad.querySelector('[data-clear]').addEventListener('click', () => { path = field.value = ''; pen.clearRect(0, 0, width, height); });
  }
  prepare();
  document.addEventListener('outpost:fresh', prepare);
})();
