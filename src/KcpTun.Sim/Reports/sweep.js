'use strict';

// The sweep: a heat map over two options, or lines over one. Further options are chosen from lists.
(() => {
  const sweep = report.data.sweep;
  const host = document.getElementById('sweep');
  if (!sweep || !host) return;
  const BEST = -1;
  const STOPS = [[0, 34, 78], [53, 69, 108], [102, 105, 112], [148, 142, 119], [200, 184, 102], [254, 232, 56]];
  const isGrid = sweep.axes.length > 1;
  const controls = report.element('div', { class: 'controls' }, host);
  const scroller = report.element('div', { class: 'scroll' }, host);
  const details = report.element('div', {}, host);
  const state = { metric: 0, variant: isGrid && sweep.variants.length > 1 ? BEST : 0, fixed: sweep.axes.map(() => 0) };

  function choose(label, options, selected, change) {
    const box = report.element('label', {}, controls, label + ' ');
    const list = report.element('select', {}, box);
    options.forEach(([value, text]) => report.element('option', { value: String(value) }, list, text));
    list.value = String(selected);
    list.addEventListener('change', () => { change(Number(list.value)); draw(); });
  }

  choose('metric', sweep.metrics.map((metric, i) => [i, metric.name]), 0, value => { state.metric = value; });
  if (isGrid) {
    const names = sweep.variants.map((name, i) => [i, name]);
    if (names.length > 1) names.unshift([BEST, 'the best in each cell']);
    choose('variant', names, state.variant, value => { state.variant = value; });
  }
  sweep.axes.slice(2).forEach((axis, i) => {
    choose(axis.name, axis.values.map((text, k) => [k, text]), 0, value => { state.fixed[i + 2] = value; });
  });

  function valueOf(cell) {
    return cell ? cell.values[state.metric] : null;
  }

  function isShown(cell) {
    return cell.position.every((index, axis) => axis < 2 || index === state.fixed[axis]);
  }

  function better(a, b) {
    if (valueOf(b) === null) return a;
    if (a === undefined || valueOf(a) === null) return b;
    return (valueOf(b) > valueOf(a)) === sweep.metrics[state.metric].isHigherBetter ? b : a;
  }

  function describe(cell) {
    const place = sweep.axes.map((axis, i) => axis.name + ' ' + axis.values[cell.position[i]]);
    return sweep.variants[cell.variant] + ' at ' + place.join(', ');
  }

  function select(cell) {
    details.textContent = '';
    report.element('p', { class: 'readout' }, details, describe(cell) + ': '
      + sweep.metrics.map((metric, i) => metric.name + ' ' + report.figure(cell.values[i])).join('; '));
    const line = report.element('p', { class: 'command' }, details);
    report.element('code', {}, line, cell.command);
    report.element('button', { type: 'button', 'data-copy': cell.command }, line, 'copy');
    report.copy(cell.command);
  }

  function clickable(svg, cell, style) {
    const label = describe(cell) + ': ' + report.figure(valueOf(cell));
    const group = report.shape('g', { class: 'cell ' + style, tabindex: '0', role: 'button', 'aria-label': label }, svg);
    report.shape('title', {}, group, label);
    group.addEventListener('click', () => select(cell));
    group.addEventListener('keydown', event => {
      if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); select(cell); }
    });
    return group;
  }

  // Cividis, which reads the same with every kind of colour vision; bright is good.
  function shade(share) {
    const at = Math.min(Math.max(share, 0), 1) * (STOPS.length - 1);
    const low = Math.min(Math.floor(at), STOPS.length - 2);
    return STOPS[low].map((from, i) => Math.round(from + (STOPS[low + 1][i] - from) * (at - low)));
  }

  function range(cells) {
    const values = cells.map(valueOf).filter(value => value !== null);
    return values.length > 0 ? [Math.min(...values), Math.max(...values)] : [0, 1];
  }

  function newDrawing(width, height) {
    scroller.textContent = '';
    return report.shape('svg', { viewBox: '0 0 ' + width + ' ' + height, width, height, style: 'width:' + width + 'px' }, scroller);
  }

  function drawGrid() {
    const [across, up] = sweep.axes;
    const best = new Map();
    const shown = sweep.cells.filter(cell => isShown(cell) && (state.variant === BEST || cell.variant === state.variant));
    for (const cell of shown) {
      const key = cell.position[0] + ' ' + cell.position[1];
      best.set(key, better(best.get(key), cell));
    }
    const [low, high] = range([...best.values()].filter(cell => cell));
    const left = 30 + 7 * Math.max(...up.values.map(text => text.length), 2);
    const room = Math.max(host.clientWidth, 300) - left - 8;
    const wide = Math.min(110, Math.max(46, room / across.values.length));
    const tall = state.variant === BEST ? 42 : 34;
    const bottom = 6 + tall * up.values.length;
    const svg = newDrawing(Math.ceil(left + wide * across.values.length + 8), bottom + 74);
    report.shape('text', { class: 'axis mid', transform: 'translate(14 ' + bottom / 2 + ') rotate(-90)' }, svg, up.name);
    up.values.forEach((text, y) => {
      report.shape('text', { class: 'tick end', x: left - 6, y: bottom - tall * (y + 0.5) + 4 }, svg, text);
    });
    across.values.forEach((text, x) => {
      report.shape('text', { class: 'tick mid', x: left + wide * (x + 0.5), y: bottom + 15 }, svg, text);
    });
    report.shape('text', { class: 'axis mid', x: left + wide * across.values.length / 2, y: bottom + 32 }, svg, across.name);
    for (const cell of best.values()) if (cell) drawCell(svg, cell, left, bottom, wide, tall, low, high);
    drawScale(svg, left, bottom + 44, Math.min(260, wide * across.values.length), low, high);
  }

  function drawCell(svg, cell, left, bottom, wide, tall, low, high) {
    const x = left + wide * cell.position[0];
    const y = bottom - tall * (cell.position[1] + 1);
    const value = valueOf(cell);
    const group = clickable(svg, cell, value === null ? 'none' : '');
    const box = report.shape('rect', { x, y, width: wide - 1, height: tall - 1 }, group);
    if (value === null) return;
    const share = high > low ? (value - low) / (high - low) : 1;
    const colour = shade(sweep.metrics[state.metric].isHigherBetter ? share : 1 - share);
    box.setAttribute('style', 'fill:rgb(' + colour.join(',') + ')');
    const ink = colour[0] * 0.3 + colour[1] * 0.6 + colour[2] * 0.1 > 125 ? '#111' : '#fff';
    const isNamed = state.variant === BEST;
    const middle = { class: 'mid', x: x + wide / 2, style: 'fill:' + ink };
    report.shape('text', { ...middle, y: y + (isNamed ? 17 : tall / 2 + 4) }, group, report.figure(value));
    if (isNamed) {
      const name = sweep.variants[cell.variant];
      const fits = Math.floor(wide / 6.2);
      const text = name.length <= fits ? name : name.slice(0, fits - 1) + '\u2026';
      report.shape('text', { ...middle, class: 'tick mid', y: y + 33 }, group, text);
    }
  }

  function drawScale(svg, left, top, width, low, high) {
    const isHigherBetter = sweep.metrics[state.metric].isHigherBetter;
    for (let i = 0; i < 40; i++) {
      const colour = shade(isHigherBetter ? i / 39 : 1 - i / 39).join(',');
      report.shape('rect', { x: left + i * width / 40, y: top, width: width / 40 + 0.5, height: 8, style: 'fill:rgb(' + colour + ')' }, svg);
    }
    report.shape('text', { class: 'tick', x: left, y: top + 22 }, svg, report.figure(low));
    report.shape('text', { class: 'tick end', x: left + width, y: top + 22 }, svg, report.figure(high));
  }

  function drawLines() {
    const axis = sweep.axes[0];
    const [, high] = range(sweep.cells);
    const width = Math.max(host.clientWidth, 300);
    const [left, top, right, bottom] = [56, 10, width - 24, 260];
    const svg = newDrawing(width, bottom + 40);
    const scale = report.ticks(0, high > 0 ? high : 1, 5);
    const limit = Math.max(high, scale.values[scale.values.length - 1]) || 1;
    const x = index => left + (right - left) * (axis.values.length > 1 ? index / (axis.values.length - 1) : 0.5);
    const y = value => bottom - (bottom - top) * value / limit;
    for (const tick of scale.values) {
      report.shape('line', { class: 'grid', x1: left, x2: right, y1: y(tick), y2: y(tick) }, svg);
      report.shape('text', { class: 'tick end', x: left - 6, y: y(tick) + 4 }, svg, report.figure(tick));
    }
    axis.values.forEach((text, i) => report.shape('text', { class: 'tick mid', x: x(i), y: bottom + 15 }, svg, text));
    report.shape('text', { class: 'axis mid', x: (left + right) / 2, y: bottom + 32 }, svg, axis.name);
    const legend = report.element('ul', { class: 'legend' }, scroller);
    sweep.variants.forEach((name, variant) => {
      const cells = sweep.cells.filter(cell => cell.variant === variant && valueOf(cell) !== null)
        .sort((a, b) => a.position[0] - b.position[0]);
      const path = cells.map((cell, i) => (i ? 'L' : 'M') + x(cell.position[0]).toFixed(1) + ' ' + y(valueOf(cell)).toFixed(1));
      report.shape('path', { class: 'line ' + report.series(variant), d: path.join('') }, svg);
      for (const cell of cells) {
        const group = clickable(svg, cell, report.series(variant));
        report.shape('circle', { cx: x(cell.position[0]), cy: y(valueOf(cell)), r: 5, style: 'fill:var(--c)' }, group);
      }
      const entry = report.element('li', {}, legend);
      report.element('span', { class: 'swatch ' + report.series(variant) }, entry);
      entry.append(name);
    });
  }

  function draw() {
    if (isGrid) drawGrid(); else drawLines();
  }

  report.onResize(host, draw);
  draw();
})();
