// The head of the page: who answers, how much of the fleet is seen, how old the data is.

class Overview {
  // `showLost()`: the list of nodes becomes that of the lost ones.
  constructor(announcer, showLost) {
    this.announcer = announcer;
    this.identity = document.getElementById('identity');
    this.facts = new Facts(document.getElementById('facts'));
    this.bar = new CoverageBar();
    this.lostLink = element('a', {href: '#nodes', hidden: ''}, 'Show the lost ones');
    this.lostLink.addEventListener('click', showLost);
    this.coverage = element('dd', {}, this.bar.node, this.lostLink);
    this.utilization = new Sparkline();
    this.trend = element('dd', {}, this.utilization.node);
    this.past = new Past();
    this.lost = null;
    this.version = null;
    this.summary = null;
    this.answeredAt = 0;
  }

  show(summary, second) {
    this.summary = summary;
    this.answeredAt = performance.now();
    this.past.add(second, numberOf(summary.gpus?.mean_utilization_percent));
    this.utilization.show(
        this.past.points(), {most: 100, text: (value) => quantityText(value, '%')});
    this.announceLost(numberOf(summary.nodes?.lost) ?? 0);
    const place = summary.role === 'node' ? `node ${summary.node || ''}` : summary.role;
    const source = summary.source ? `, reads ${summary.source}` : '';
    const changed = this.version !== null && this.version !== summary.version ?
        '; this page is of another version: reload it' :
        '';
    this.version ??= summary.version;
    setText(this.identity, `${place}, version ${summary.version}${source}${changed}`);
    document.title = `${
        summary.role === 'node' && summary.node ? summary.node : summary.role} · keda-gpu-scaler`;
    this.tick();
  }

  // What ages between two answers.
  tick() {
    if (this.summary === null) return;
    const {summary} = this;
    const passed = (performance.now() - this.answeredAt) / 1000;
    const age = numberOf(summary.oldest_reading_seconds);
    const nodes =
        ['fresh', 'stale', 'lost'].map((state) => [state, numberOf(summary.nodes?.[state]) ?? 0]);
    const gpus = summary.gpus ?? {};
    const mean = numberOf(gpus.mean_utilization_percent);
    const memory = numberOf(gpus.mean_memory_percent);
    this.bar.show(Object.fromEntries(nodes));
    this.facts.show([
      ['Serving', summary.not_ready ? `not ready: ${summary.not_ready}` : 'ready', ''],
      ['Coverage', this.coverageText(nodes), 'no node with GPUs is known', this.coverage],
      [
        'Oldest reading', age === null ? null : spanText(age + passed),
        'no node that is heard has been read'
      ],
      ['GPUs', this.gpusText(gpus), ''],
      [
        'Utilization', mean === null ? null : quantityText(mean, '%'), 'no GPU has a fresh reading',
        this.trend
      ],
      [
        'Memory in use', memory === null ? null : quantityText(memory, '%'),
        'no GPU has a fresh reading'
      ],
      ['Decisions', this.decisionsText(summary.decisions ?? {}), ''],
    ]);
  }

  coverageText(nodes) {
    const percent = numberOf(this.summary.coverage_percent);
    if (percent === null) return null;
    const others = nodes.filter(([state, count]) => state !== 'fresh' && count > 0)
                       .map(([state, count]) => `, ${kFewDigits.format(count)} ${state}`);
    // 4,999 of 5,000 are not all.
    const shown = percent < 100 ? Math.min(percent, 99.9) : percent;
    return `${numberText(shown)} %: ${countText(nodes[0][1], 'node')} fresh${others.join('')}`;
  }

  gpusText(gpus) {
    const count = (name) => numberOf(gpus[name]) ?? 0;
    const failed =
        count('failed') > 0 ? `, ${kFewDigits.format(count('failed'))} cannot be read` : '';
    return `${kFewDigits.format(count('total'))}, ${kFewDigits.format(count('held'))} held${
        failed}`;
  }

  decisionsText(decisions) {
    const parts = ['active', 'inactive', 'held', 'failed']
                      .map((state) => [state, numberOf(decisions[state]) ?? 0])
                      .filter(([, count]) => count > 0)
                      .map(([state, count]) => `${kFewDigits.format(count)} ${state}`);
    return parts.length === 0 ? 'none asked for lately' : parts.join(', ');
  }

  announceLost(lost) {
    if (this.lost !== null && lost !== this.lost) {
      this.announcer.say(
          lost === 0 ? 'No node is lost any more.' : `${countText(lost, 'node')} lost.`);
    }
    this.lost = lost;
    this.lostLink.hidden = lost === 0;
  }
}

// Fresh, stale and lost nodes as shares of a bar; the words beside it say the same.
class CoverageBar {
  constructor() {
    this.parts = ['fresh', 'stale', 'lost'].map(
        (state) => [state, svgElement('rect', {class: `bar-${state}`, y: 0, height: 6})]);
    this.node = svgElement(
        'svg', {
          class: 'bar',
          viewBox: '0 0 100 6',
          preserveAspectRatio: 'none',
          'aria-hidden': 'true',
          focusable: 'false',
        },
        ...this.parts.map(([, part]) => part));
  }

  show(counts) {
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    let x = 0;
    for (const [state, part] of this.parts) {
      // One lost node of 5,000 must be seen.
      const width =
          counts[state] === 0 || total === 0 ? 0 : Math.max(100 * counts[state] / total, 1);
      setAttribute(part, 'x', Math.min(x, 100 - width).toFixed(2));
      setAttribute(part, 'width', width.toFixed(2));
      x += width;
    }
  }
}
