'use strict';

// Shared by the scripts of a report. Text becomes text nodes and attributes only, never markup.
const report = (() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const NS = 'http://www.w3.org/2000/svg';
  let toast = null;
  let toastTimer = 0;

  function element(name, attributes, parent, text) {
    const node = document.createElement(name);
    return finish(node, attributes, parent, text);
  }

  function shape(name, attributes, parent, text) {
    return finish(document.createElementNS(NS, name), attributes, parent, text);
  }

  function finish(node, attributes, parent, text) {
    for (const [key, value] of Object.entries(attributes || {})) {
      node.setAttribute(key, typeof value === 'number' ? String(Math.round(value * 10) / 10) : value);
    }
    if (text !== undefined) node.textContent = text;
    if (parent) parent.appendChild(node);
    return node;
  }

  function figure(value) {
    if (value === null || !isFinite(value)) return '\u2013';
    const size = Math.abs(value);
    const digits = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 4;
    return String(Number(value.toFixed(digits)));
  }

  function ticks(low, high, count) {
    const raw = (high - low) / count;
    const decade = Math.pow(10, Math.floor(Math.log10(raw)));
    const step = decade * ([1, 2, 5].find(nice => nice * decade >= raw * 0.999) || 10);
    const result = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) result.push(k * step);
    return { step, values: result };
  }

  function say(text) {
    if (toast) toast.remove();
    toast = element('div', { class: 'toast', role: 'status' }, document.body, text);
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => toast.remove(), 2500);
  }

  // Browsers give the clipboard to pages they trust only; the old way works in the others.
  function copyTheOldWay(text) {
    const area = element('textarea', { readonly: '' }, document.body);
    area.value = text;
    area.select();
    const isCopied = document.execCommand('copy');
    area.remove();
    return isCopied;
  }

  async function copy(text) {
    let isCopied = false;
    try {
      await navigator.clipboard.writeText(text);
      isCopied = true;
    } catch {
      isCopied = copyTheOldWay(text);
    }
    say((isCopied ? 'copied: ' : 'copy this: ') + text);
  }

  function series(index) {
    return 'c' + index % 8 + ' d' + Math.floor(index / 8) % 3;
  }

  // Redraws when the width of the page changes.
  function onResize(node, draw) {
    let width = node.clientWidth;
    addEventListener('resize', () => {
      if (node.clientWidth === width) return;
      width = node.clientWidth;
      draw();
    });
  }

  document.addEventListener('click', event => {
    const button = event.target.closest('[data-copy]');
    if (button) copy(button.dataset.copy);
  });

  return { data, element, shape, figure, ticks, copy, series, onResize };
})();

// Latency: reading the distributions at the pointer.
(() => {
  const latency = report.data.latency;
  const svg = document.getElementById('latency');
  if (!latency || !svg) return;
  const readout = document.getElementById('latency-readout');
  const cursor = report.shape('line', { class: 'cursor', y1: latency.top, y2: latency.bottom, visibility: 'hidden' }, svg);

  function valueAt(x) {
    const share = Math.min(1, Math.max(0, (x - latency.left) / (latency.right - latency.left)));
    return latency.isLogarithmic
      ? latency.low * Math.pow(latency.high / latency.low, share)
      : latency.low + share * (latency.high - latency.low);
  }

  function show(event) {
    const box = svg.getBoundingClientRect();
    const x = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
    const value = valueAt(x);
    const at = Math.min(latency.right, Math.max(latency.left, x));
    cursor.setAttribute('x1', at);
    cursor.setAttribute('x2', at);
    cursor.setAttribute('visibility', 'visible');
    readout.textContent = 'within ' + report.figure(value) + ' ms: ';
    latency.variants.forEach((variant, index) => {
      if (variant.points.length === 0) return;
      const count = variant.points.filter(point => point <= value).length;
      report.element('span', { class: 'swatch ' + report.series(index) }, readout);
      const share = report.figure(100 * count / variant.points.length);
      readout.append(variant.name + ' ' + share + ' %  ');
    });
  }

  svg.addEventListener('pointermove', show);
  svg.addEventListener('pointerdown', show);
  svg.addEventListener('pointerleave', () => {
    cursor.setAttribute('visibility', 'hidden');
    readout.textContent = '';
  });
})();
