// Where the reader is, kept in the URL's fragment so that a link leads there:
// #nodes.filter=gpu-a&nodes.after=gpu-a-16&nodes.open=gpu-a-17

class Place {
  constructor(changed) {
    this.params = new URLSearchParams(location.hash.slice(1));
    addEventListener('hashchange', () => {
      this.params = new URLSearchParams(location.hash.slice(1));
      changed();
    });
  }

  text(name) {
    return this.params.get(name) ?? '';
  }

  set(name) {
    return new Set(this.params.getAll(name));
  }

  // `value`: a text or a set of texts; '' and empty sets are not written.
  put(name, value) {
    this.params.delete(name);
    for (const each of value instanceof Set ? value : [value]) {
      if (each !== '') this.params.append(name, each);
    }
    const fragment = this.params.toString();
    history.replaceState(null, '', fragment === '' ? location.pathname : `#${fragment}`);
  }
}
