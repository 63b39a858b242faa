import type { ProfileName } from './profiles';
import type { SeedReport } from './seed';

const COMPARED = ['object', 'reading', 'alarm', 'operation'] as const;

/** The sums of all seeds of one profile. */
export class ProfileReport {
  private seeds = 0;
  private wrong = 0;
  private readonly sums: Record<string, number> = {};
  private readonly faults: Record<string, number> = {};

  constructor(private readonly profile: ProfileName) {}

  /** Adds a seed. Returns what to print of it, which is nothing when it ended as without faults. */
  add({ profile, seed, run, compared, differences, lines }: SeedReport): readonly string[] {
    this.seeds++;
    for (const kind of COMPARED) this.sum(`${kind}s`, compared[kind]);
    for (const name of ['publishes', 'requests', 'moved', 'illegal', 'failed', 'redriven'] as const)
      this.sum(name, run[name]);
    for (const name of ['lost', 'doubled', 'different'] as const) this.sum(name, differences[name]);
    for (const [fault, count] of Object.entries(run.faults)) this.faults[fault] = (this.faults[fault] ?? 0) + count;
    if (lines.length === 0) return [];
    this.wrong++;
    return [`npm run faults -- --from ${seed} --seeds 1 --profile ${profile}`, ...lines.map((line) => `  ${line}`)];
  }

  get isRight(): boolean {
    return this.wrong === 0;
  }

  get text(): string {
    const { profile, seeds, wrong } = this;
    const faults = Object.entries(this.faults).sort(([one], [other]) => (one < other ? -1 : 1));
    return [
      `${profile}: ${seeds} seeds, ${wrong} wrong`,
      `  ${this.of('publishes')} publishes, ${this.of('requests')} REST requests`,
      `  faults: ${faults.map(([fault, count]) => `${fault} ${count}`).join(', ')}`,
      `  compared: ${COMPARED.map((kind) => `${this.of(`${kind}s`)} ${kind}s`).join(', ')}`,
      `  ${this.of('lost')} lost, ${this.of('doubled')} doubled, ${this.of('different')} different`,
      `  ${this.of('moved')} operations moved, ${this.of('illegal')} times backward or to a second end`,
      `  failure queue: ${this.of('failed')} entries, ${this.of('redriven')} redriven`,
    ].join('\n');
  }

  private sum(name: string, value: number): void {
    this.sums[name] = this.of(name) + value;
  }

  private of(name: string): number {
    return this.sums[name] ?? 0;
  }
}
