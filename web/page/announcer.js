// What a screen reader is told without being asked: little, politely, and seldom.

class Announcer {
  static kPause = 10_000;

  constructor(node) {
    this.node = node;
    this.timer = null;
    this.waiting = null;
    this.last = -Infinity;
  }

  // Of several within the pause the last one is told.
  say(text) {
    this.waiting = text;
    if (this.timer !== null) return;
    const wait = Math.max(0, this.last + Announcer.kPause - performance.now());
    this.timer = setTimeout(() => {
      this.timer = null;
      this.last = performance.now();
      setText(this.node, this.waiting);
    }, wait);
  }
}
