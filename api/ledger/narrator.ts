/** How the sandbox tells what it does: one line a step, a bar while it lasts, the time it took. */

/** What it speaks to: the command line's terminal. */
export type Stage = {
  /** A line beside the result. */
  say(text: string): void
  progress(label: string, total: number): { to(count: number): void; end(): void }
  /** The result, when it is there: the program goes on running. */
  show(result: { readonly value: unknown; readonly lines: readonly string[] }): void
  paint(colour: 'green' | 'red' | 'bold', text: string): string
}

/** Columns of the headings. */
const headingWidth = 13

export class Narrator {
  readonly stage: Stage

  constructor(stage: Stage) {
    this.stage = stage
  }

  step(heading: string, text: string): void {
    this.stage.say(`  ${heading.padEnd(headingWidth)}${text}`)
  }

  /** A step that takes a while, with a bar unless `total` is 0; `work` returns the words for it. */
  async task(
    heading: string,
    total: number,
    work: (onProgress: (count: number) => void) => Promise<string>,
  ): Promise<void> {
    const started = performance.now()
    const bar = this.stage.progress(`  ${heading}`.padEnd(headingWidth + 1), total)
    const text = await work((count) => bar.to(count)).finally(() => bar.end())
    this.step(heading, `${text} (${((performance.now() - started) / 1000).toFixed(1)} s)`)
  }
}
