'use strict';

// The time sequence: what happened to every segment number, over time.
(() => {
  const tracks = report.data.sequence;
  const host = document.getElementById('sequence');
  if (!tracks || !host || tracks.length === 0) return;
  const KINDS = ['first sent', 'sent again', 'arrived', 'lost', 'acknowledged', 'una (cumulative)'];
  // What went wrong is drawn last, on top.
  const LAYERS = [3, 4, 0, 5, 1, 2];
  const LOST = 3;
  const CUMULATIVE = 5;
  const [LEFT, TOP, HEIGHT] = [64, 8, 420];
  const hidden = new Set();
  let track = 0;
  let view = null;

  const controls = report.element('div', { class: 'controls' }, host);
  const stage = report.element('div', {}, host);
  const legend = report.element('ul', { class: 'legend' }, host);
  const readout = report.element('p', { class: 'readout' }, host);

  function sums(differences) {
    let sum = 0;
    return differences.map(difference => (sum += difference));
  }

  for (const one of tracks) {
    for (const series of one.series) {
      series.x = sums(series.times).map(time => time / 1e6);
      series.y = sums(series.numbers);
    }
  }

  const box = report.element('label', {}, controls, 'direction ');
  const list = report.element('select', {}, box);
  tracks.forEach((one, i) => report.element('option', { value: String(i) }, list, one.name));
  list.addEventListener('change', () => { track = Number(list.value); view = null; draw(); });
  const all = report.element('button', { type: 'button' }, controls, 'see all');
  all.addEventListener('click', () => { view = null; draw(); });

  function visible() {
    return tracks[track].series.filter(series => !hidden.has(series.kind));
  }

  // The range of the points; only of those between two times, if they are given.
  function extent(from, to) {
    let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const series of visible()) {
      series.x.forEach((x, i) => {
        if (x < from || x > to) return;
        x0 = Math.min(x0, x); x1 = Math.max(x1, x);
        y0 = Math.min(y0, series.y[i]); y1 = Math.max(y1, series.y[i]);
      });
    }
    if (x0 > x1) return { x0: 0, x1: 1, y0: 0, y1: 1 };
    return { x0, x1: Math.max(x1, x0 + 1e-6), y0, y1: Math.max(y1, y0 + 1) };
  }

  function pathOf(series, x, y) {
    const parts = [];
    let last = null;
    series.x.forEach((time, i) => {
      const isStep = series.kind === CUMULATIVE;
      const isInside = time >= view.x0 && time <= view.x1 && series.y[i] >= view.y0 && series.y[i] <= view.y1;
      if (!isStep && !isInside) return;
      const [px, py] = [x(time).toFixed(1), y(series.y[i]).toFixed(1)];
      if (isStep) parts.push(last === null ? 'M' + px + ' ' + py : 'H' + px + 'V' + py);
      else if (series.kind === LOST) parts.push('M' + px + ' ' + py + 'm-3-3l6 6m0-6l-6 6');
      else parts.push('M' + px + ' ' + py + 'h0');
      last = time;
    });
    return parts.join('');
  }

  function draw() {
    view = view || extent(-Infinity, Infinity);
    stage.textContent = '';
    const width = Math.max(stage.clientWidth, 300);
    const [right, bottom] = [width - 12, HEIGHT - 40];
    const x = time => LEFT + (right - LEFT) * (time - view.x0) / (view.x1 - view.x0);
    const y = number => bottom - (bottom - TOP) * (number - view.y0) / (view.y1 - view.y0);
    const svg = report.shape('svg', { viewBox: '0 0 ' + width + ' ' + HEIGHT, class: 'plot', role: 'img', 'aria-label': tracks[track].name }, stage);
    drawAxes(svg, x, y, right, bottom);
    const clip = report.shape('clipPath', { id: 'inside' }, report.shape('defs', {}, svg));
    report.shape('rect', { x: LEFT, y: TOP, width: right - LEFT, height: bottom - TOP }, clip);
    const plot = report.shape('g', { 'clip-path': 'url(#inside)' }, svg);
    for (const series of [...visible()].sort((a, b) => LAYERS[a.kind] - LAYERS[b.kind])) {
      report.shape('path', { class: 'k k' + series.kind, d: pathOf(series, x, y) }, plot);
    }
    drawLegend();
    listen(svg, x, y, right, bottom);
  }

  function drawAxes(svg, x, y, right, bottom) {
    const times = report.ticks(view.x0, view.x1, Math.max(3, (right - LEFT) / 110));
    const digits = Math.max(0, -Math.floor(Math.log10(times.step)));
    for (const tick of times.values) {
      report.shape('line', { class: 'grid', x1: x(tick), x2: x(tick), y1: TOP, y2: bottom }, svg);
      report.shape('text', { class: 'tick mid', x: x(tick), y: bottom + 15 }, svg, tick.toFixed(digits));
    }
    for (const tick of report.ticks(view.y0, view.y1, 6).values) {
      if (tick !== Math.round(tick)) continue;
      report.shape('line', { class: 'grid', x1: LEFT, x2: right, y1: y(tick), y2: y(tick) }, svg);
      report.shape('text', { class: 'tick end', x: LEFT - 6, y: y(tick) + 4 }, svg, String(tick));
    }
    report.shape('text', { class: 'axis mid', x: (LEFT + right) / 2, y: bottom + 32 }, svg, 'virtual time, s');
    report.shape('text', { class: 'axis mid', transform: 'translate(12 ' + (TOP + bottom) / 2 + ') rotate(-90)' }, svg, 'sequence number');
  }

  function drawLegend() {
    legend.textContent = '';
    for (const series of tracks[track].series) {
      const isOn = !hidden.has(series.kind);
      const button = report.element('button', { type: 'button', 'aria-pressed': String(isOn) }, report.element('li', {}, legend));
      report.element('span', { class: 'swatch k' + series.kind }, button);
      const thinned = series.stride > 1 ? ' (one of ' + series.stride + ')' : '';
      button.append(KINDS[series.kind] + thinned);
      button.addEventListener('click', () => {
        if (isOn) hidden.add(series.kind); else hidden.delete(series.kind);
        draw();
      });
    }
  }

  function nearest(px, py, x, y) {
    let found = null;
    let least = 14 * 14;
    for (const series of visible()) {
      series.x.forEach((time, i) => {
        const distance = (x(time) - px) ** 2 + (y(series.y[i]) - py) ** 2;
        if (distance < least) {
          least = distance;
          found = KINDS[series.kind] + ': sn ' + series.y[i] + ' at ' + time.toFixed(6) + ' s';
        }
      });
    }
    return found;
  }

  // A drag that is hardly high selects times only, and shows every number in them.
  function zoom(from, to, right, bottom) {
    const [px0, px1] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
    const [py0, py1] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
    if (px1 - px0 < 6) return;
    const time = px => view.x0 + (px - LEFT) / (right - LEFT) * (view.x1 - view.x0);
    const number = py => view.y0 + (bottom - py) / (bottom - TOP) * (view.y1 - view.y0);
    const [x0, x1] = [time(Math.max(px0, LEFT)), time(Math.min(px1, right))];
    if (x1 - x0 < 1e-6) return;
    view = py1 - py0 < 24
      ? { ...extent(x0, x1), x0, x1 }
      : { x0, x1, y0: number(Math.min(py1, bottom)), y1: number(Math.max(py0, TOP)) };
    draw();
  }

  function listen(svg, x, y, right, bottom) {
    let start = null;
    let band = null;
    const place = event => {
      const frame = svg.getBoundingClientRect();
      const factor = svg.viewBox.baseVal.width / frame.width;
      return { x: (event.clientX - frame.left) * factor, y: (event.clientY - frame.top) * factor };
    };
    svg.addEventListener('pointerdown', event => {
      start = place(event);
      svg.setPointerCapture(event.pointerId);
      band = report.shape('rect', { class: 'selection', width: 0, height: 0 }, svg);
    });
    svg.addEventListener('pointermove', event => {
      const now = place(event);
      if (!start) {
        readout.textContent = nearest(now.x, now.y, x, y) || '';
        return;
      }
      const isFlat = Math.abs(now.y - start.y) < 24;
      band.setAttribute('x', Math.min(start.x, now.x));
      band.setAttribute('width', Math.abs(now.x - start.x));
      band.setAttribute('y', isFlat ? TOP : Math.min(start.y, now.y));
      band.setAttribute('height', isFlat ? bottom - TOP : Math.abs(now.y - start.y));
    });
    const finish = event => {
      if (!start) return;
      const from = start;
      start = null;
      band.remove();
      if (event.type === 'pointerup') zoom(from, place(event), right, bottom);
    };
    svg.addEventListener('pointerup', finish);
    svg.addEventListener('pointercancel', finish);
    svg.addEventListener('dblclick', () => { view = null; draw(); });
  }

  report.onResize(host, draw);
  draw();
})();
