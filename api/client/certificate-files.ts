/** Certificates from files, folders and bundles, each with the place that it came from. */
import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { parseCertificate, readCertificates } from '../../pki/certificate/index.ts'
import { toHex } from '../../src/codec/index.ts'
import { CommonrootError } from '../../src/errors/index.ts'
import { readBounded, systemReason } from './durable-file.ts'
import { cliError } from './errors.ts'
import { maximumCertificateFileBytes, maximumFiles } from './limits.ts'

/** A certificate that can be read; whether it keeps the rules, the chain says. */
export type FoundCertificate = {
  readonly file: string
  /** Its place in the file, from 0. */
  readonly index: number
  readonly der: Uint8Array
  /** Lower-case hexadecimal of the SHA-256. */
  readonly fingerprint: string
  /** The device's serial number; empty when the certificate names none. */
  readonly serial: string
}

/** What can't be read: a file as a whole (no index), or one certificate in it. */
export type UnreadCertificate = { readonly file: string; readonly index?: number; readonly error: CommonrootError }

export type FoundCertificates = {
  /** Without repetitions, in the order of the paths. */
  readonly certificates: readonly FoundCertificate[]
  readonly unread: readonly UnreadCertificate[]
  /** How many more times certificates occurred that are in the list already. */
  readonly repeated: number
}

const certificateExtensions = new Set(['.pem', '.crt', '.cer', '.der'])

/**
 * Reads paths in order; a folder stands for its certificate files by name, and theirs below. A file that cannot be read
 * as certificates is reported and sinks no other.
 * @throws cli.unreadable for a path that is not there, cli.no-certificates for a folder without any
 */
export async function findCertificates(paths: readonly string[]): Promise<FoundCertificates> {
  const seen = new Set<string>()
  const certificates: FoundCertificate[] = []
  const unread: UnreadCertificate[] = []
  let repeated = 0
  for await (const file of filesOf(paths)) {
    for (const found of await readFile(file)) {
      if ('error' in found) unread.push(found)
      else if (seen.has(found.fingerprint)) repeated++
      else {
        seen.add(found.fingerprint)
        certificates.push(found)
      }
    }
  }
  return { certificates, unread, repeated }
}

/** The one certificate of a file. @throws cli.unreadable, cli.not-one-certificate, codes of `readCertificates` */
export async function readOneCertificate(path: string): Promise<Uint8Array> {
  const [only, ...others] = readCertificates(await readBounded(path, maximumCertificateFileBytes))
  if (only === undefined || others.length > 0) {
    throw cliError('not-one-certificate', { path, count: others.length + 1 })
  }
  return only
}

async function* filesOf(paths: readonly string[]): AsyncGenerator<string> {
  let count = 0
  for (const path of paths) {
    const before = count
    for await (const file of filesBelow(path)) {
      count++
      if (count > maximumFiles) throw cliError('unreadable', { path, reason: `it has more than ${maximumFiles} files` })
      yield file
    }
    if (count === before) throw cliError('no-certificates', { path })
  }
}

async function* filesBelow(path: string): AsyncGenerator<string> {
  if (!(await isFolder(path))) {
    yield path
    return
  }
  for (const entry of await entriesOf(path)) {
    const below = join(path, entry.name)
    if (entry.isDirectory()) yield* filesBelow(below)
    else if (isCertificateName(entry.name)) yield below
  }
}

/** Names with a dot in front are drafts of files that are being written. */
function isCertificateName(name: string): boolean {
  return !name.startsWith('.') && certificateExtensions.has(extname(name).toLowerCase())
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (cause) {
    throw cliError('unreadable', { path, reason: systemReason(cause) ?? 'an unknown reason' }, cause)
  }
}

async function entriesOf(path: string): Promise<readonly Dirent[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (cause) {
    throw cliError('unreadable', { path, reason: systemReason(cause) ?? 'an unknown reason' }, cause)
  }
}

async function readFile(file: string): Promise<readonly (FoundCertificate | UnreadCertificate)[]> {
  let ders: readonly Uint8Array[]
  try {
    ders = readCertificates(await readBounded(file, maximumCertificateFileBytes))
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    return [{ file, error }]
  }
  return ders.map((der, index) => readOne(file, index, der))
}

function readOne(file: string, index: number, der: Uint8Array): FoundCertificate | UnreadCertificate {
  try {
    const { fingerprint, subject } = parseCertificate(der)
    return { file, index, der, fingerprint: toHex(fingerprint), serial: subject.serialNumber ?? '' }
  } catch (error) {
    if (!(error instanceof CommonrootError)) throw error
    return { file, index, error }
  }
}
