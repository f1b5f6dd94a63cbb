// The editor of a document: lines that come and go, and what it all comes to. The server does the sums, the very same way it will when it is saved.
(() => {
  'use strict';
  const { $, make } = window.outpost;
  const form = $('form[data-live]');
  const lines = $('[data-lines]', form), sums = $('[data-sums]', form), note = $('[data-sums-note]', form);
  const money = new Intl.NumberFormat(document.documentElement.lang, { style: 'currency', currency: form.dataset.currency || $('[data-currency]').dataset.currency });
  const shown = cents => money.format(cents / 100);
  let waiting, asked = 0, stopped;

  const rows = () => [...lines.querySelectorAll('[data-line]')];
  const number = () => rows().forEach((row, at) => {
    for (const field of row.querySelectorAll('[name]')) field.name = field.name.replace(/^line_items\[\d+\]/, `line_items[${at}]`);
    for (const field of row.querySelectorAll('[id]')) field.id = field.id.replace(/line-items-\d+-/, `line-items-${at}-`);
    for (const label of row.querySelectorAll('[for]')) label.htmlFor = label.htmlFor.replace(/line-items-\d+-/, `line-items-${at}-`);
  });
  const part = (row, name) => row.querySelector(`[name*="].${name}"]:not([type=hidden])`);
  const isBlank = row => !['description', 'quantity', 'unit_price'].some(name => part(row, name)?.value.trim());

  function add() {
    const row = rows().at(-1).cloneNode(true);
    for (const field of row.querySelectorAll('input:not([type=hidden]), select')) { if (field.type === 'checkbox') field.checked = false; else field.value = ''; field.removeAttribute('aria-invalid'); }
    for (const field of row.querySelectorAll('.rest > input[type=hidden], .wrong')) field.remove();
    row.querySelector('[data-amount]').textContent = '';
    lines.append(row);
    number();
    return row;
  }
  $('[data-more]', form).addEventListener('click', () => part(add(), 'description').focus());
  lines.addEventListener('click', event => {
    if (!event.target.closest('[data-drop]')) return;
    const row = event.target.closest('[data-line]');
    if (rows().length === 1) { for (const field of row.querySelectorAll('input:not([type=hidden])')) field.value = ''; } else row.remove();
    number();
    soon();
  });

  // What is taken from the price book fills the first empty line.
  const take = $('[data-take]');
  take?.addEventListener('input', () => {
    const item = [...take.list.options].find(option => option.value === take.value);
    if (!item) return;
    const row = rows().find(isBlank) ?? add();
    part(row, 'description').value = item.dataset.description;
    part(row, 'quantity').value = '1';
    part(row, 'unit').value = item.dataset.unit;
    part(row, 'unit_price').value = item.dataset.price;
    take.value = '';
    part(row, 'quantity').focus();
    part(row, 'quantity').select();
    soon();
  });

  const plain = text => {
    let value = text.replace(/[\s$€£'’%]/g, '');
    const point = value.lastIndexOf('.'), comma = value.lastIndexOf(',');
    if (comma > point) value = point < 0 && value.length - comma === 4 ? value.replaceAll(',', '') : value.replaceAll('.', '').replace(',', '.');
    else value = value.replaceAll(',', '');
    return value;
  };
  // The choice of a tax names what it is: a group of the company, or a bare rate.
  const tax = choice => !choice ? {} : choice.startsWith('tax_group_id=') ? { tax_group_id: choice.slice(13) } : { tax_rate: Number(choice.split('=')[1]) };
  function asks() {
    const body = { line_items: [] }, at = [];
    const value = name => form.elements[name]?.value.trim() || undefined;
    for (const row of rows()) {
      if (isBlank(row)) continue;
      const text = name => part(row, name)?.value.trim() || undefined;
      const hidden = name => row.querySelector(`[type=hidden][name*="].${name}"]`)?.value;
      const optional = part(row, 'optional');
      at.push(row);
      body.line_items.push({
        description: text('description') ?? '…', quantity: plain(text('quantity') ?? '1'), unit_price: plain(text('unit_price') ?? '0'), unit: text('unit'), ...tax(text('tax')), discount_percent: hidden('discount_percent') ? Number(hidden('discount_percent')) : undefined,
        discount_cents: hidden('discount_cents') ? Math.round(Number(hidden('discount_cents')) * 100) : undefined, optional: optional?.checked || undefined,
      });
    }
    Object.assign(body, tax(value('tax:either')));
    body.prices_include_tax = value('prices_include_tax:bool') === 'true';
    const percent = value('discount_percent:number'), off = value('discount_cents:money');
    if (percent) body.discount_percent = Number(plain(percent));
    if (off) body.discount_cents = Math.round(Number(plain(off)) * 100);
    return { body, at };
  }

  const soon = () => { clearTimeout(waiting); waiting = setTimeout(preview, 250); };
  form.addEventListener('input', event => { if (event.target !== take) soon(); });
  form.addEventListener('change', soon);

  async function preview() {
    const { body, at } = asks(), number = ++asked;
    for (const row of rows()) if (!at.includes(row)) row.querySelector('[data-amount]').textContent = '';
    if (body.line_items.length === 0) { sums.replaceChildren(); note.textContent = 'Write the first line, and the total stands here.'; return; }
    stopped?.abort();
    stopped = new AbortController();
    let answer, said;
    try {
      answer = await fetch(form.dataset.live, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), signal: stopped.signal });
      said = await answer.json();
    } catch (problem) {
      if (problem.name !== 'AbortError') note.textContent = 'There is no connection. The total is worked out when it is saved.';
      return;
    }
    if (number !== asked) return;
    if (!answer.ok) {
      note.textContent = said.error?.details?.issues?.[0]?.message ?? said.error?.message ?? '';
      return;
    }
    const total = said.data;
    at.forEach((row, i) => { const line = total.line_items[i]; row.querySelector('[data-amount]').textContent = line.optional && !line.chosen ? `${shown(line.total_cents)} if wanted` : shown(line.total_cents); });
    const entry = (name, cents, css) => make('div', css ? { class: css } : {}, make('dt', { text: name }), make('dd', { text: shown(cents) }));
    sums.replaceChildren(
      ...(total.discount_amount_cents ? [entry('Lines', total.items_cents), entry('Discount', -total.discount_amount_cents)] : []),
      entry('Subtotal', total.subtotal_cents),
      ...total.taxes.filter(tax => tax.rate > 0).map(tax => entry(`${tax.name || 'Tax'} ${tax.rate}%`, tax.tax_cents)),
      entry('Total', total.total_cents, 'total'));
    note.textContent = '';
  }
  preview();
})();
