// Charts on canvas: the equity curve, and bars with their volume.

const colours = { line: "#22D3EE", up: "#4ADE80", down: "#F87171", quiet: "#334155",
  text: "#A3B2C7" };

class Chart extends HTMLElement {
  canvas = null;
  items = [];

  connectedCallback() {
    if (this.canvas) return;
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", this.label);
    this.append(this.canvas);
    new ResizeObserver(() => this.draw()).observe(this);
  }

  show(items) { this.items = items; this.draw(); }

  /** A pen on a clean canvas of this size, or null when nothing can be drawn. */
  pen() {
    const canvas = this.canvas;
    if (!canvas || !canvas.clientWidth) return null;
    const scale = window.devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.font = "11px system-ui, sans-serif";
    return { pen, width, height };
  }

  labels(pen, width, top, bottom, low, high) {
    pen.fillStyle = colours.text;
    pen.textAlign = "right";
    pen.fillText(shorten(high), width - 4, top + 10);
    pen.fillText(shorten(low), width - 4, bottom - 2);
  }
}

function shorten(value) {
  if (value === 0) return "0";
  const digits = Math.abs(value) >= 1000 ? 2 : Math.abs(value) >= 1 ? 4 : 8;
  return value.toFixed(digits);
}

class EquityCurve extends Chart {
  label = "Equity over the chosen range";

  draw() {
    const place = this.pen();
    if (!place || this.items.length < 2) return;
    const { pen, width, height } = place;
    const values = this.items.map(point => point[1]);
    const low = Math.min(...values), high = Math.max(...values);
    const span = high - low || Math.abs(high) * 1e-9 || 1;
    const first = this.items[0][0], time = Math.max(1, this.items.at(-1)[0] - first);
    const x = point => 4 + (width - 8) * (point[0] - first) / time;
    const y = point => height - 8 - (height - 20) * (point[1] - low) / span;
    pen.beginPath();
    for (const [index, point] of this.items.entries()) {
      if (index) pen.lineTo(x(point), y(point)); else pen.moveTo(x(point), y(point));
    }
    pen.strokeStyle = colours.line;
    pen.lineWidth = 1.5;
    pen.stroke();
    pen.lineTo(x(this.items.at(-1)), height);
    pen.lineTo(x(this.items[0]), height);
    pen.closePath();
    pen.globalAlpha = 0.12;
    pen.fillStyle = colours.line;
    pen.fill();
    pen.globalAlpha = 1;
    this.labels(pen, width, 0, height, low, high);
  }
}

class BarChart extends Chart {
  label = "Bars of the chosen interval, with volume below";

  draw() {
    const place = this.pen();
    if (!place || !this.items.length) return;
    const { pen, width, height } = place;
    const bars = this.items.map(bar => ({
      open: Number(bar.open), high: Number(bar.high), low: Number(bar.low),
      close: Number(bar.close),
      volume: Number(bar.volume),
    }));
    const low = Math.min(...bars.map(bar => bar.low)),
      high = Math.max(...bars.map(bar => bar.high));
    const span = high - low || Math.abs(high) * 1e-9 || 1;
    const most = Math.max(1e-300, ...bars.map(bar => bar.volume));
    const floor = height * 0.72, step = (width - 8) / bars.length, body = Math.max(1, step * 0.64);
    const y = value => floor - 6 - (floor - 14) * (value - low) / span;
    for (const [index, bar] of bars.entries()) {
      const x = 4 + step * (index + 0.5);
      pen.fillStyle = pen.strokeStyle = bar.close >= bar.open ? colours.up : colours.down;
      pen.beginPath();
      pen.moveTo(x, y(bar.high));
      pen.lineTo(x, y(bar.low));
      pen.stroke();
      const top = y(Math.max(bar.open, bar.close)), bottom = y(Math.min(bar.open, bar.close));
      pen.fillRect(x - body / 2, top, body, Math.max(1, bottom - top));
      pen.globalAlpha = 0.5;
      const tall = (height - floor - 4) * bar.volume / most;
      pen.fillRect(x - body / 2, height - tall, body, tall);
      pen.globalAlpha = 1;
    }
    this.labels(pen, width, 0, floor, low, high);
  }
}

/** Where orders rest, over the last minute: price upwards, time to the right, brightness by
 * size. */
class DepthMap extends Chart {
  label = "Depth of the book over the last minute";
  #drawnAt = 0;

  clear() { this.show([]); }

  /** bids, asks: [[price, size], …] best first, decimal strings. */
  add(bids, asks) {
    const numbers = levels => levels.map(([price, size]) => [Number(price), Number(size)]);
    this.items.push({ bids: numbers(bids), asks: numbers(asks) });
    if (this.items.length > DepthMap.columns) this.items.shift();
    const now = performance.now();
    if (now - this.#drawnAt < 500) return;
    this.#drawnAt = now;
    this.draw();
  }

  static columns = 240;

  draw() {
    const place = this.pen();
    const all = this.items.flatMap(one => [...one.bids, ...one.asks]);
    if (!place || !all.length) return;
    const { pen, width, height } = place;
    let low = Infinity, high = -Infinity, most = 0;
    for (const [price, size] of all) {
      low = Math.min(low, price);
      high = Math.max(high, price);
      most = Math.max(most, size);
    }
    const span = high - low || 1, step = width / DepthMap.columns;
    const start = DepthMap.columns - this.items.length, tall = Math.max(2, height / 60);
    for (const [index, one] of this.items.entries()) {
      const x = (start + index) * step;
      for (const [levels, colour] of [[one.bids, colours.up], [one.asks, colours.down]]) {
        pen.fillStyle = colour;
        for (const [price, size] of levels) {
          pen.globalAlpha = 0.08 + 0.92 * Math.sqrt(size / most);
          pen.fillRect(x, (height - tall) * (1 - (price - low) / span), step + 0.5, tall);
        }
      }
    }
    pen.globalAlpha = 1;
    this.labels(pen, width, 0, height, low, high);
  }
}

customElements.define("depth-map", DepthMap);
customElements.define("equity-curve", EquityCurve);
customElements.define("bar-chart", BarChart);
