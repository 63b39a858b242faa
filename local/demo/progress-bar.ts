const WIDTH = 30;
const PLAIN_STEPS = 4;

/** Shows progress: a bar on the last line of a terminal, or a few plain lines in a log. */
export class ProgressBar {
  private done = 0;
  private printed = 0;

  constructor(
    private readonly label: string,
    private readonly total: number,
    private readonly output: NodeJS.WriteStream,
  ) {}

  add(amount: number): void {
    this.done += amount;
    const share = this.done / this.total;
    const counts = `${this.done.toLocaleString('en-US')} of ${this.total.toLocaleString('en-US')}`;
    if (this.output.isTTY) {
      const bar = '█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '░');
      this.output.write(`\r\x1b[K  ${bar}  ${this.label} ${counts}${this.done === this.total ? '\n' : ''}`);
      return;
    }
    const step = Math.floor(share * PLAIN_STEPS);
    if (step > this.printed) this.output.write(`  ${this.label} ${counts}\n`);
    this.printed = step;
  }
}
