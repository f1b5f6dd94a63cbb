// Photos are made small before they leave the device: drawn anew, so that nothing but the picture is in them, neither the place nor the camera. Where there is no
// signal they wait in the outbox like everything else.
(() => {
  'use strict';
  const outpost = window.outpost, { toast } = outpost, large = 1600, small = 320;

  document.addEventListener('change', async event => {
    const form = event.target.closest('form[data-photo]');
    if (!form || event.target.type !== 'file') return;
    const files = [...event.target.files], caption = form.elements.caption.value.trim() || null;
    event.target.value = '';
    form.elements.caption.value = '';
    form.setAttribute('aria-busy', 'true');
    const photos = [];
    for (const file of files) {
      try { photos.push(await shrink(file, photos.length ? null : caption)); } catch { toast('This file is no picture that the browser can read.', 'bad'); }
    }
    if (photos.length) await (outpost.later ?? now)(form.dataset.photo, photos);
    form.removeAttribute('aria-busy');
  });
  document.addEventListener('submit', event => { if (event.target.matches('form[data-photo]')) event.preventDefault(); });

  async function shrink(file, caption) {
    const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const taken = new Date(Math.min(file.lastModified || Date.now(), Date.now()));
    return { content: await draw(bitmap, large, .82), thumbnail: await draw(bitmap, small, .7), caption, taken_at: taken.toISOString() };
  }

  async function draw(bitmap, longest, quality) {
    const share = Math.min(1, longest / Math.max(bitmap.width, bitmap.height)), canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(bitmap.width * share));
    canvas.height = Math.max(1, Math.round(bitmap.height * share));
    const pen = canvas.getContext('2d');
    // A JPEG knows no glass.
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const bytes = new Uint8Array(await (await new Promise(done => canvas.toBlob(done, 'image/jpeg', quality))).arrayBuffer());
    let text = '';
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return btoa(text);
  }

  // In the office there is a line and no outbox.
  async function now(action, photos) {
    for (const json of photos) {
      let said = null;
      try {
        const answer = await fetch(action, { method: 'POST', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() }, body: JSON.stringify(json) });
        if (answer.ok) continue;
        said = await answer.json();
      } catch { /* said below */ }
      toast(said?.error?.message ?? 'There is no connection. The photo was not kept.', 'bad');
      return;
    }
    location.reload();
  }
})();
