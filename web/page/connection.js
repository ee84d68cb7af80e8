// Says plainly when the server does not answer: since when, why, and that what is shown
// is old. Says so once to a screen reader, and counts for the eye.

class Connection {
  constructor(announcer, tryNow) {
    this.announcer = announcer;
    this.awaySince = null;
    this.answeredAt = null;
    this.error = null;
    this.nextAt = 0;
    this.node = document.getElementById('connection');
    this.words = element('span');
    const button = element('button', {type: 'button'}, 'Try now');
    button.addEventListener('click', tryNow);
    this.node.append(
        element('span', {class: 'mark bad', 'aria-hidden': 'true'}, kMarks.bad), this.words,
        button);
  }

  settled(error, pause) {
    if (error === null) {
      if (this.awaySince !== null)
        this.announcer.say('The server answers again; the page is live.');
      this.awaySince = null;
      this.answeredAt = new Date();
    } else {
      if (this.awaySince === null) {
        this.awaySince = new Date();
        this.announcer.say(`Not live: ${error.message}. Trying again.`);
      }
      this.error = error;
      this.nextAt = performance.now() + 1000 * pause;
    }
    this.tick();
  }

  tick() {
    const away = this.awaySince !== null;
    this.node.hidden = !away;
    document.body.classList.toggle('away', away);
    if (!away) return;
    const next = Math.max(0, Math.ceil((this.nextAt - performance.now()) / 1000));
    const shown = this.answeredAt === null ? 'Nothing has been read yet.' :
                                             `What you see is of ${clockText(this.answeredAt)}.`;
    setText(
        this.words,
        `Not live since ${clockText(this.awaySince)}: ${this.error.message}. ${shown} ` +
            (next === 0 ? 'Trying again.' : `Next try in ${next} s.`));
  }
}
