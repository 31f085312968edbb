/** Where output goes: results to standard output, everything said on the way to standard error. */
import { styleText } from 'node:util'
import { cliError, systemReason } from '../client/index.ts'
import { exitCode } from './exit-code.ts'
import { Progress } from './progress.ts'

type Stream = NodeJS.WriteStream & { readonly fd: number }
export type Colour = 'green' | 'red' | 'yellow' | 'cyan' | 'dim' | 'bold'

/** A result in both forms. In JSON a `bigint` becomes a number where that is exact, else text. */
export type Shown = { readonly value: unknown; readonly lines: readonly string[] }

export class Terminal {
  /** One JSON value and nothing else goes to standard output. */
  readonly json: boolean
  /** Ends when nobody reads standard output any more. */
  readonly closed: AbortSignal
  readonly #output: Stream
  readonly #messages: Stream

  constructor(json: boolean, output: Stream = process.stdout, messages: Stream = process.stderr) {
    const controller = new AbortController()
    this.json = json
    this.closed = controller.signal
    this.#output = output
    this.#messages = messages
    output.on('error', (error: NodeJS.ErrnoException) => {
      // A reader that has gone, as in `| head`, is no failure of ours: what is left to write is dropped.
      if (error.code !== 'EPIPE') this.#outputLost(error)
      controller.abort()
    })
    messages.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  }

  /** A result on standard output: one JSON value for a program, lines for a person. */
  show({ value, lines }: Shown): void {
    this.#write(
      this.#output,
      this.json ? `${JSON.stringify(value, plain, 2)}\n` : lines.map((line) => `${line}\n`).join(''),
    )
  }

  /** Said on the way: not part of the result. */
  say(text: string): void {
    this.#write(this.#messages, `${text}\n`)
  }

  /** A bar on standard error; on anything but a terminal it stays silent. */
  progress(label: string, total: number): Progress {
    return new Progress(this.#messages, label, total)
  }

  /** Colours text that goes to standard output, when that is a terminal and NO_COLOR is not set. */
  paint(colour: Colour, text: string): string {
    return styleText(colour, text, { stream: this.#output })
  }

  paintMessage(colour: Colour, text: string): string {
    return styleText(colour, text, { stream: this.#messages })
  }

  /** A result that went nowhere must not look like one: the command ends here. */
  #outputLost(cause: Error): never {
    const { code, message } = cliError(
      'unwritable',
      { path: 'standard output', reason: systemReason(cause) ?? 'an unknown reason' },
      cause,
    )
    this.say(`${this.paintMessage('red', 'error:')} ${message} (${code})`)
    process.exit(exitCode.refused)
  }

  #write(stream: Stream, text: string): void {
    if (stream.writable) stream.write(text)
  }
}

function plain(_: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= 0n ? Number(value) : value.toString()
}
