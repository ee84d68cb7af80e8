// Why a decision is what it is: the evaluation of this moment, opened under its row.

class DecisionDetail {
  constructor(name) {
    this.verdict = element('p', {class: 'verdict'});
    this.because = element('p');
    this.error = element('p', {class: 'trouble', hidden: ''});
    this.facts = new Facts();
    this.steps = element('ol', {class: 'steps'});
    this.silent = element('p', {class: 'trouble', hidden: ''});
    this.gpus = new PartList('gpus', 'GPUs', name);
    this.replicas = new PartList('replicas', 'Replicas', name);
    this.addresses = new PartList('addresses', 'Addresses', name);
    this.node = element(
        'section', {class: 'explanation', 'aria-label': `Why ${name} is what it is`},
        element(
            'div', {class: 'why'},
            element(
                'div', {}, element('h3', {}, 'What HPA does'), this.verdict, this.because,
                this.error, this.facts.node),
            element(
                'div', {}, element('h3', {}, 'How the number is made'), this.steps, this.silent)),
        this.replicas.node, this.addresses.node, this.gpus.node);
  }

  show(row) {
    const decision = row.now ?? row.answered;
    const why = decision.explanation ?? {};
    setText(
        this.verdict,
        why.hpa?.text ||
            (decision.error ?
                 'There is no value: HPA keeps what runs, or KEDA acts by the fallback.' :
                 'Not told.'));
    setText(this.because, this.activeText(decision, why));
    this.error.hidden = !decision.error;
    setText(this.error, decision.error ? errorText(decision.error) : '');
    this.facts.show(this.factRows(row, decision, why));
    setChildren(this.steps, this.stepNodes(why.steps ?? []));
    this.showSilent(why);
    this.gpus.show(why.gpus ?? [], decision.unit, numberOf(why.gpus_not_listed) ?? 0);
    this.replicas.show(why.replicas ?? [], '', numberOf(why.replicas_not_listed) ?? 0);
    this.addresses.show(
        why.addresses ?? [], decision.unit, numberOf(why.addresses_not_listed) ?? 0);
  }

  activeText(decision, why) {
    if (decision.active_error) {
      return `Whether it is active is not known: ${errorText(decision.active_error)}.`;
    }
    if (typeof decision.active !== 'boolean') return '';
    const state = decision.active ? 'Active' : 'Inactive';
    return why.active_because ? `${state}: ${why.active_because}.` : `${state}.`;
  }

  factRows(row, decision, why) {
    const {answered} = row;
    const unit = decision.unit;
    const told = numberOf(answered.value);
    const toldAge = numberOf(row.questions?.value_age_seconds);
    const window = numberOf(why.window_seconds);
    return [
      [
        'KEDA was told',
        told === null ?
            null :
            quantityText(told, unit) + (toldAge === null ? '' : `, ${spanText(toldAge)} ago`),
        whyNoValue(answered)
      ],
      [
        'Now', row.now ? this.quantity(row.now.value, unit) : null,
        row.now ? whyNoValue(row.now) : 'the server does not tell it at present'
      ],
      ['Target', this.quantity(decision.target, unit), 'the trigger cannot be read'],
      ['Metric type', decision.hpa_metric_type || null, 'the trigger cannot be read'],
      [
        'Active above', this.quantity(decision.activation_threshold, unit),
        'the trigger cannot be read'
      ],
      [
        decision.endpoint ? 'Read at' : 'Workload',
        decision.endpoint || decision.workload ||
            (decision.metric ? 'none: all GPUs in view' : null),
        'the trigger cannot be read'
      ],
      [
        'Replicas', decision.replicas ? replicasText(decision.replicas) : null,
        'without `workload` or an engine the scaler does not know them'
      ],
      ...(window === null ? [] : [[
        'Window', `${spanText(window)}, newest ${this.quantity(why.newest_value, unit) ?? '–'}`, ''
      ]]),
    ];
  }

  quantity(value, unit) {
    const number = numberOf(value);
    return number === null ? null : quantityText(number, unit);
  }

  stepNodes(steps) {
    const nodes = [...this.steps.children];
    return steps.map((step, i) => {
      const node = nodes[i] ?? element('li');
      setText(node, step);
      return node;
    });
  }

  showSilent(why) {
    const silent = why.silent_nodes ?? [];
    const more = numberOf(why.silent_nodes_not_listed) ?? 0;
    this.silent.hidden = silent.length === 0;
    setText(
        this.silent,
        silent.length === 0 ? '' :
                              `Does not tell at present who holds its GPUs: ${silent.join(', ')}${
                                  more > 0 ? ` and ${more} more` : ''}.`);
  }
}
