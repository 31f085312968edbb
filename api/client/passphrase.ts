/** Where a passphrase comes from: a file, else the environment. It is never an argument: those are seen by everybody. */
import { toHex } from '../../src/codec/index.ts'
import { readBounded } from './durable-file.ts'
import { cliError } from './errors.ts'
import { maximumPassphraseBytes } from './limits.ts'

export const passphraseVariable = 'COMMONROOT_PASSPHRASE'

/** `asked` tells a passphrase that was given for this command from one that the environment has for whatever needs it. */
export type GivenPassphrase = { readonly text: string; readonly asked: boolean }

/** @throws cli.unreadable, cli.passphrase-form */
export async function givenPassphrase(file: string | undefined): Promise<GivenPassphrase | undefined> {
  if (file !== undefined) return { text: await readPassphrase(file), asked: true }
  const text = process.env[passphraseVariable]
  return text === undefined || text === '' ? undefined : { text, asked: false }
}

/** The first line of a file, as `openssl -passin file:` takes it. @throws cli.unreadable, cli.passphrase-form */
export async function readPassphrase(path: string): Promise<string> {
  const bytes = await readBounded(path, maximumPassphraseBytes + 2)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw cliError('passphrase-form', { path, limit: maximumPassphraseBytes }, cause)
  }
  const line = text.split(/\r?\n/, 1)[0] ?? ''
  if (line === '') throw cliError('passphrase-form', { path, limit: maximumPassphraseBytes })
  return line
}

/** 128 random bits, in letters that survive every shell. */
export function randomPassphrase(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(16)))
}
