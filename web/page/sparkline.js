// A small line of the last minutes. What was absent is a gap, never a line to zero.

class Sparkline {
  static kWidth = 120;
  static kHeight = 20;

  constructor() {
    this.area = svgElement('path', {class: 'spark-area'});
    this.line = svgElement('path', {class: 'spark-line'});
    this.target = svgElement('path', {class: 'spark-target'});
    this.dot = svgElement('path', {class: 'spark-dot'});
    this.node = svgElement(
        'svg', {
          class: 'spark',
          role: 'img',
          viewBox: `0 0 ${Sparkline.kWidth} ${Sparkline.kHeight}`,
          preserveAspectRatio: 'none',
          focusable: 'false',
        },
        this.area, this.target, this.line, this.dot);
  }

  // `points`: {age, value} with ages in seconds, the oldest first; null: absent then.
  // `span`: seconds from edge to edge. `most`: the top of the scale, for percentages; else
  // it follows the values. `target`: a dashed line; null: none.
  show(points, {span = Past.kSeconds, most = null, target = null, text = numberText} = {}) {
    const known = points.filter((point) => point.value !== null).map((point) => point.value);
    const top = most ?? 1.1 * Math.max(...known, target ?? 0, 1e-9);
    const y = (value) => {
      const share = Math.min(Math.max(value / top, 0), 1);
      return (Sparkline.kHeight - 1.5 - share * (Sparkline.kHeight - 3)).toFixed(1);
    };
    const x = (age) => (Sparkline.kWidth * (1 - Math.min(age / span, 1)) - 1).toFixed(1);
    const runs =
        Sparkline.runs(points).map((run) => run.map((point) => [x(point.age), y(point.value)]));
    setAttribute(
        this.line, 'd',
        runs.map((run) => `M${run.join('L')}${run.length === 1 ? 'h0.01' : ''}`).join(''));
    setAttribute(this.area, 'd', runs.map(Sparkline.closed).join(''));
    setAttribute(this.target, 'd', target === null ? '' : `M0,${y(target)}H${Sparkline.kWidth}`);
    const last = points.at(-1);
    const ends = last !== undefined && last.value !== null;
    setAttribute(this.dot, 'd', ends ? `M${x(last.age)},${y(last.value)}h0.01` : '');
    setAttribute(
        this.node, 'aria-label',
        known.length < 2 ? 'no history yet' :
                           `last ${spanText(points[0].age)}: ${text(Math.min(...known))} to ${
                               text(Math.max(...known))}`);
  }

  // The stretches without a gap.
  static runs(points) {
    const runs = [];
    let run = null;
    for (const point of points) {
      if (point.value === null) {
        run = null;
      } else {
        if (run === null) runs.push(run = []);
        run.push(point);
      }
    }
    return runs;
  }

  static closed(run) {
    return `M${run[0][0]},${Sparkline.kHeight}L${run.join('L')}V${Sparkline.kHeight}Z`;
  }
}
