// The page's heartbeat: once a second while somebody can see it, with longer and longer
// pauses while the server does not answer, and at once when it is worth a try.

class Beat {
  static kSecond = 1000;
  static kPauses = [1, 2, 4, 8, 15];  // seconds after the first, second, ... failure

  // `work()` is a promise; `settled(error or null, seconds until the next try)`.
  constructor(work, settled) {
    this.work = work;
    this.settled = settled;
    this.failures = 0;
    this.timer = null;
    this.running = false;
    this.again = false;
    document.addEventListener('visibilitychange', () => this.now());
    addEventListener('online', () => this.now());
    addEventListener('pageshow', () => this.now());
  }

  // Also while it works: once more when that is done.
  now() {
    clearTimeout(this.timer);
    if (this.running) {
      this.again = true;
    } else if (document.visibilityState === 'visible') {
      this.run();
    }
  }

  async run() {
    this.running = true;
    const begun = performance.now();
    let error = null;
    try {
      await this.work();
      this.failures = 0;
    } catch (caught) {
      error = caught;
      ++this.failures;
    }
    this.running = false;
    const pause =
        error === null ? 1 : Beat.kPauses[Math.min(this.failures, Beat.kPauses.length) - 1];
    this.settled(error, pause);
    if (this.again) {
      this.again = false;
      this.now();
      return;
    }
    // A server that takes long is asked less: at least as long a pause as it took.
    const took = performance.now() - begun;
    const wait =
        Math.max(pause * Beat.kSecond - (error === null ? took : 0), Math.min(took, 5000), 50);
    this.timer = setTimeout(() => this.now(), wait);
  }
}
