/** Options and arguments that several commands share, and how their words are read. */
import { InvalidArgumentError, Option } from 'commander'
import { parseCertificate } from '../../pki/certificate/index.ts'
import { revocationReasons } from '../../pki/contract/index.ts'
import { fromHex, toHex } from '../../src/codec/index.ts'
import { type Checkpoint, type Fraction, isThreshold } from '../../src/light/index.ts'
import { cliError, readOneCertificate } from '../client/index.ts'

export const certificateOrFingerprint = 'a certificate file (PEM or DER), or its SHA-256 as 64 lower-case hex digits'

export type SignerOptions = { readonly signer: string; readonly passphraseFile?: string }

export function signerOption(): Option {
  return new Option('--signer <file>', 'key file of the member that signs').makeOptionMandatory()
}

export type GovernorOptions = { readonly signer: readonly string[]; readonly passphraseFile?: string }

export function governorOption(): Option {
  const what = 'key files of `govern` keys of the member, as many as its threshold asks for'
  return new Option('--signer <file...>', what).makeOptionMandatory()
}

export function passphraseOption(what = 'the passphrase of the key file', otherwise = 'COMMONROOT_PASSPHRASE'): Option {
  return new Option('--passphrase-file <file>', `file whose first line is ${what} (else ${otherwise})`)
}

export function reasonOption(): Option {
  return new Option('--reason <reason>', 'why').choices(revocationReasons).makeOptionMandatory()
}

/** A whole number in decimal digits, within bounds. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^(0|[1-9][0-9]{0,15})$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`)
    }
    return value
  }
}

/** The number of a proposal. */
export const proposalNumber = wholeNumber(1, Number.MAX_SAFE_INTEGER)

/** The number of a block. */
export const blockHeight = wholeNumber(0, Number.MAX_SAFE_INTEGER)

/** The number of a block; commander calls it for each word of a list. */
export function height(text: string, before: readonly bigint[] = []): readonly bigint[] {
  if (!/^[1-9][0-9]{0,17}$/.test(text)) throw new InvalidArgumentError('It must be the number of a block.')
  return [...before, BigInt(text)]
}

/** A URL of a node, without user, query or fragment. */
export function nodeUrl(text: string): string {
  const url = URL.parse(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.search + url.hash + url.username !== '') {
    throw new InvalidArgumentError('It must be a URL such as http://127.0.0.1:7600.')
  }
  return url.href
}

/** @throws InvalidArgumentError unless it is name, dash and 8 hexadecimal digits */
export function chainId(text: string): string {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*-[0-9a-f]{8}$/.test(text) || text.length > 49) {
    throw new InvalidArgumentError('It must be a chain id such as sandbox-0123abcd.')
  }
  return text
}

/** @throws InvalidArgumentError for what can be no member's id */
export function memberId(text: string): string {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text) || text.length > 32) {
    throw new InvalidArgumentError('It must be the id of a member, such as vendor-aurora.')
  }
  return text
}

/** @throws InvalidArgumentError for what can be no network's name */
export function networkName(text: string): string {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text) || text.length > 40) {
    throw new InvalidArgumentError('It must be a name such as telecom: lower-case words with hyphens between them.')
  }
  return text
}

/** One of several roles. */
export function role(text: string, before: readonly string[] | undefined): readonly string[] {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text) || text.length > 32) {
    throw new InvalidArgumentError('It must be a word such as operator.')
  }
  return [...(before ?? []), text]
}

/** Voting power of a validator. */
export function power(text: string): bigint {
  if (!/^[0-9]{1,18}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return BigInt(text)
}

const hostPattern = String.raw`([a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?|\[[0-9a-f:]{2,39}\])`

/** Where others reach something. @throws InvalidArgumentError unless it is HOST:PORT */
export function address(text: string): string {
  const port = Number(/:([1-9][0-9]{0,4})$/.exec(text)?.[1] ?? 0)
  if (!new RegExp(`^${hostPattern}:[0-9]+$`).test(text) || port === 0 || port > 65_535) {
    throw new InvalidArgumentError('It must be HOST:PORT, such as node.north.example:26656.')
  }
  return text
}

/** Where something listens; port 0 lets the system choose. */
export function listenAddress(text: string): string {
  return text.endsWith(':0') ? `${address(text.replace(/0$/, '1')).slice(0, -1)}0` : address(text)
}

/** One of several peers. @throws InvalidArgumentError unless it is ID@HOST:PORT */
export function peer(text: string, before: readonly string[]): readonly string[] {
  const [, where] = /^[0-9a-f]{40}@(.+)$/.exec(text) ?? []
  if (where === undefined) throw new InvalidArgumentError('It must be ID@HOST:PORT, the id in 40 hex digits.')
  address(where)
  return [...before, text]
}

/** An end of an engine that somebody else runs. */
export function abciAddress(text: string): string {
  const [, scheme = '', rest = ''] = /^(unix|tcp):\/\/(.+)$/.exec(text) ?? []
  if (scheme === 'tcp') address(rest)
  else if (scheme !== 'unix' || !rest.startsWith('/') || rest.length > 100) {
    throw new InvalidArgumentError('It must be unix:///PATH or tcp://HOST:PORT.')
  }
  return text
}

/** Milliseconds since 1970 as ISO 8601 in UTC; beyond the year 275760 there is no text. */
export function instantText(milliseconds: bigint): string {
  const date = new Date(Number(milliseconds))
  return Number.isNaN(date.getTime()) ? `${milliseconds} ms` : date.toISOString()
}

const timePattern = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2}))?$/

/** ISO 8601: a date (its midnight in UTC) or a date, a time and an offset. @returns milliseconds since 1970, floored */
export function time(text: string): bigint {
  const [, date, clock, offset] = timePattern.exec(text) ?? []
  const milliseconds = date === undefined ? Number.NaN : Date.parse(clock === undefined ? `${date}T00:00Z` : text)
  // Date.parse takes 30 February for 1 March.
  const exists = date !== undefined && new Date(`${date}T00:00Z`).getUTCDate() === Number(date.slice(8))
  if (Number.isNaN(milliseconds) || milliseconds < 0 || !exists || (clock !== undefined && offset === undefined)) {
    throw new InvalidArgumentError('It must be ISO 8601, such as 2026-01-31T12:00:00Z.')
  }
  return BigInt(milliseconds)
}

/** Version numbers with dots between them. */
export function firmware(text: string): readonly number[] {
  const numbers = text.split('.').map(Number)
  if (!/^(0|[1-9][0-9]{0,9})(\.(0|[1-9][0-9]{0,9})){0,7}$/.test(text) || numbers.some((each) => each > 2 ** 31 - 1)) {
    throw new InvalidArgumentError('It must be 1 to 8 numbers with dots between them, such as 2.10.7.')
  }
  return numbers
}

/** What CERT|FINGERPRINT names. `der` is there when it was a file. */
export type NamedCertificate = { readonly fingerprint: string; readonly der?: Uint8Array }

/** @throws cli.usage for a fingerprint in another notation; what `readOneCertificate` and `parseCertificate` throw */
export async function namedCertificate(word: string): Promise<NamedCertificate> {
  if (/^[0-9a-f]{64}$/.test(word)) return { fingerprint: word }
  if (/^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}$/.test(word)) {
    throw cliError('usage', { reason: 'a fingerprint is written as 64 lower-case hex digits, without colons' })
  }
  const der = await readOneCertificate(word)
  return { fingerprint: toHex(parseCertificate(der).fingerprint), der }
}

export type CheckpointOptions = { readonly checkpoint?: readonly Checkpoint[] }

/** May be given several times. */
export function checkpointOption(): Option {
  return new Option(
    '--checkpoint <height:hash>',
    "a header's hash (64 hex digits) that is known from elsewhere; may be repeated",
  ).argParser((text: string, before: readonly Checkpoint[] = []) => [...before, checkpoint(text)])
}

export function thresholdOption(what: string): Option {
  return new Option('--threshold <fraction>', what).argParser(threshold)
}

function threshold(text: string): Fraction {
  const [, numerator, denominator] = /^([1-9][0-9]{0,2})\/([1-9][0-9]{0,2})$/.exec(text) ?? []
  const fraction: Fraction = [BigInt(numerator ?? 0), BigInt(denominator ?? 1)]
  if (!isThreshold(fraction)) throw new InvalidArgumentError('It must be from 1/3 to 2/3.')
  return fraction
}

export function evidenceOption(): Option {
  return new Option('--evidence <file>', 'where to keep the proof of a fork, if one is seen')
}

/** Hashes are taken in either case: CometBFT prints them in upper case, we in lower case. */
export function checkpoint(text: string): Checkpoint {
  const [, height, hash] = /^([1-9][0-9]{0,17}):([0-9a-f]{64}|[0-9A-F]{64})$/.exec(text) ?? []
  if (height === undefined || hash === undefined) {
    throw new InvalidArgumentError('It must be a height, a colon and the hash of its header in 64 hex digits.')
  }
  return { height: BigInt(height), headerHash: fromHex(hash.toLowerCase()) }
}
