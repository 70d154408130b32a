// Custom elements of the monitor: the book ladder and the price line. Text enters by textContent
// only.

class BookLadder extends HTMLElement {
  #rows = [];
  #spread = null;

  connectedCallback() {
    if (this.#rows.length) return;
    const make = side => {
      const row = document.createElement("div");
      row.className = `level ${side}`;
      const bar = document.createElement("i");
      bar.className = "bar";
      const price = document.createElement("span");
      price.className = side === "bid" ? "buy" : "sell";
      const size = document.createElement("span");
      row.append(bar, price, size);
      this.append(row);
      this.#rows.push({ row, bar, price, size });
    };
    for (let index = 0; index < 10; index++) make("ask");
    this.#spread = document.createElement("div");
    this.#spread.className = "spread";
    this.append(this.#spread);
    for (let index = 0; index < 10; index++) make("bid");
  }

  /** bids, asks: [[price, size], …] best first, decimal strings. */
  show(bids, asks, spread) {
    const sizes = [...bids.slice(0, 10), ...asks.slice(0, 10)].map(level => Number(level[1]));
    const largest = Math.max(1e-300, ...sizes);
    const fill = (slot, level) => {
      slot.price.textContent = level ? level[0] : "";
      slot.size.textContent = level ? level[1] : "";
      slot.bar.style.width = level ? `${100 * Number(level[1]) / largest}%` : "0";
    };
    for (let index = 0; index < 10; index++) {
      fill(this.#rows[9 - index], asks[index]);
      fill(this.#rows[10 + index], bids[index]);
    }
    this.#spread.textContent = spread ? `spread ${spread}` : "";
  }
}

class PriceLine extends HTMLElement {
  #points = [];
  #canvas = null;

  connectedCallback() {
    if (this.#canvas) return;
    this.#canvas = document.createElement("canvas");
    this.#canvas.setAttribute("role", "img");
    this.#canvas.setAttribute("aria-label", "Mid price over the last five minutes");
    this.append(this.#canvas);
  }

  clear() { this.#points = []; this.#draw(); }

  add(time, value) {
    if (!Number.isFinite(value)) return;
    this.#points.push({ time, value });
    const oldest = time - 300_000;
    while (this.#points.length && this.#points[0].time < oldest) this.#points.shift();
    this.#draw();
  }

  #draw() {
    const canvas = this.#canvas;
    if (!canvas) return;
    const scale = window.devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (canvas.width !== width * scale) { canvas.width = width * scale; canvas.height =
      height * scale; }
    const pen = canvas.getContext("2d");
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    const points = this.#points;
    if (points.length < 2) return;
    const values = points.map(point => point.value);
    const low = Math.min(...values), high = Math.max(...values);
    const first = points[0].time, span = Math.max(1, points.at(-1).time - first);
    const range = high - low || Math.abs(high) * 1e-9 || 1;
    pen.strokeStyle = "#22D3EE";
    pen.lineWidth = 1.5;
    pen.beginPath();
    for (const [index, point] of points.entries()) {
      const x = 4 + (width - 8) * (point.time - first) / span;
      const y = height - 6 - (height - 12) * (point.value - low) / range;
      if (index) pen.lineTo(x, y); else pen.moveTo(x, y);
    }
    pen.stroke();
  }
}

customElements.define("book-ladder", BookLadder);
customElements.define("price-line", PriceLine);
