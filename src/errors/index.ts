/**
 * Errors: one class, one catalogue made of rows that each area declares beside its own code.
 *
 * May import: nothing. Start reading at `defineErrors`.
 */

/** What a message can mention. Bytes are shown as hexadecimal. */
export type Detail = string | number | bigint | Uint8Array

/** The names between braces in a message template: `'{offset} of {size}'` gives `'offset' | 'size'`. */
type Placeholder<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never

/** The details that a message template asks for. */
export type DetailsOf<Template extends string> = Readonly<Record<Placeholder<Template>, Detail>>

/** One row of the catalogue, as an area declares it. */
export type ErrorRowInput<Template extends string = string> = {
  /** A number that never moves: it is what a block's results carry. 0 is "done" and 1 is "unchanged". */
  readonly number: number
  /** The HTTP status under which the API reports it. */
  readonly status: number
  /** One sentence for a person, with `{detail}` placeholders. */
  readonly message: Template
  /** What to do about it: the second column of the reference. */
  readonly remedy: string
  /** Retired rows stay listed, so that old results stay readable. */
  readonly retired?: true
}

/** One row of the catalogue, with its full code. */
export type ErrorRow = ErrorRowInput & { readonly code: string }

/** The one error class. `code` is stable, `number` is its form on chain, `details` fill the message. */
export class CommonrootError extends Error {
  override readonly name = 'CommonrootError'
  readonly code: string
  readonly number: number
  readonly status: number
  readonly details: Readonly<Record<string, Detail>>

  constructor(row: ErrorRow, details: Readonly<Record<string, Detail>>, cause?: unknown) {
    super(fill(row.message, details), cause === undefined ? undefined : { cause })
    this.code = row.code
    this.number = row.number
    this.status = row.status
    this.details = details
  }
}

/** Makes the errors of one area; `rows` feeds the catalogue. */
export type ErrorFactory<Rows extends Record<string, ErrorRowInput>> = {
  <Name extends keyof Rows & string>(
    name: Name,
    ...rest: [Placeholder<Rows[Name]['message']>] extends [never]
      ? [details?: Readonly<Record<string, never>>, cause?: unknown]
      : [details: DetailsOf<Rows[Name]['message']>, cause?: unknown]
  ): CommonrootError
  readonly rows: readonly ErrorRow[]
  readonly numberOf: (name: keyof Rows & string) => number
}

/**
 * Declares the errors of one area. The code of a row is `area.name`.
 *
 * @example
 * const codecError = defineErrors('codec', { truncated: { number: 101, status: 400, message: 'ends at byte {offset}', remedy: '...' } })
 * throw codecError('truncated', { offset: 7 })
 */
export function defineErrors<const Rows extends Record<string, ErrorRowInput>>(
  area: string,
  rows: Rows,
): ErrorFactory<Rows> {
  const byName = new Map<string, ErrorRow>()
  for (const [name, row] of Object.entries(rows)) byName.set(name, { ...row, code: `${area}.${name}` })
  const rowOf = (name: string): ErrorRow => {
    const row = byName.get(name)
    if (row === undefined) throw new TypeError(`no error ${area}.${name} is declared`)
    return row
  }
  const make = (name: string, details?: Readonly<Record<string, Detail>>, cause?: unknown) =>
    new CommonrootError(rowOf(name), details ?? {}, cause)
  return Object.assign(make, {
    rows: [...byName.values()],
    numberOf: (name: string) => rowOf(name).number,
  }) as ErrorFactory<Rows>
}

/** Results on chain carry a number in two bytes. */
const maximumNumber = 0xffff

/** Puts the catalogue together and refuses a code or number that is used twice. */
export function joinCatalogue(
  ...areas: readonly { readonly rows: readonly ErrorRow[] }[]
): ReadonlyMap<number, ErrorRow> {
  const byNumber = new Map<number, ErrorRow>()
  const codes = new Set<string>()
  for (const row of areas.flatMap((area) => area.rows)) {
    if (!Number.isInteger(row.number) || row.number < 2 || row.number > maximumNumber) {
      throw new TypeError(
        `error ${row.code} has number ${row.number}: it must be a whole number from 2 to ${maximumNumber}`,
      )
    }
    if (byNumber.has(row.number)) throw new TypeError(`error number ${row.number} is used twice (${row.code})`)
    if (codes.has(row.code)) throw new TypeError(`error code ${row.code} is used twice`)
    byNumber.set(row.number, row)
    codes.add(row.code)
  }
  return byNumber
}

function fill(template: string, details: Readonly<Record<string, Detail>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(details, name) ? details[name] : undefined
    if (value === undefined) return whole
    return value instanceof Uint8Array ? hexadecimal(value) : printable(String(value))
  })
}

/** As much of a detail as a message shows, in characters. */
const maximumShown = 200

function hexadecimal(bytes: Uint8Array): string {
  const shown = bytes.subarray(0, maximumShown / 2)
  const text = Array.from(shown, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return shown.length < bytes.length ? `${text}...` : text
}

/** Details may come from a peer: what is not printable ASCII is escaped and long text is cut before a person sees it. */
function printable(text: string): string {
  const cut = text.length > maximumShown ? `${text.slice(0, maximumShown)}...` : text
  return cut.replace(/[^\x20-\x7e]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}
