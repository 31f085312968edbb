/** A progress bar of one line, redrawn a few times a second, on a terminal only. */

/** Milliseconds between two drawings. */
const interval = 80

/** Columns of the bar itself. */
const width = 24

export class Progress {
  readonly #stream: NodeJS.WriteStream
  readonly #label: string
  readonly #total: number
  readonly #started = performance.now()
  #drawn = Number.NEGATIVE_INFINITY

  constructor(stream: NodeJS.WriteStream, label: string, total: number) {
    this.#stream = stream
    this.#label = label
    this.#total = total
    this.to(0)
  }

  /** Shows that `count` of the total are done. */
  to(count: number): void {
    const now = performance.now()
    if (this.#total === 0 || !this.#stream.isTTY || now - this.#drawn < interval) return
    this.#drawn = now
    this.#stream.write(`\r\u001b[2K${this.#text(count, now)}`)
  }

  /** Takes the bar away: what stays is what the caller says next. */
  end(): void {
    if (this.#total > 0 && this.#stream.isTTY) this.#stream.write('\r\u001b[2K')
  }

  #text(count: number, now: number): string {
    const share = Math.min(1, count / this.#total)
    const full = Math.round(width * share)
    const seconds = ((now - this.#started) / 1000).toFixed(1)
    const bar = `${'='.repeat(full)}${' '.repeat(width - full)}`
    const text = `${this.#label} [${bar}] ${count}/${this.#total} ${seconds} s`
    return text.slice(0, Math.max(20, (this.#stream.columns || 80) - 1))
  }
}
