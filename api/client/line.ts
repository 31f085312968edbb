/** A production line: keys made in a folder, and the certificates that they sign for themselves. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { certificatePem, checkDeviceSerial, parseCertificate } from '../../pki/certificate/index.ts'
import { issueDeviceCertificate } from '../../pki/certificate/issue.ts'
import { type AlgorithmName, toHex } from '../../src/codec/index.ts'
import { FileKeyHolder } from '../../src/crypto/index.ts'
import { createWhole } from './durable-file.ts'
import { cliError } from './errors.ts'
import { backdating, issuedAtOnce } from './limits.ts'

/** What all devices of one order have in common. */
export type ProductionOrder = {
  /** Member id. */
  readonly manufacturer: string
  readonly chain: string
  readonly model: string
  readonly batch: string
  readonly firmware: readonly number[]
  readonly algorithm: AlgorithmName
  /** Validity in days of 24 hours. */
  readonly days: number
  readonly serials: readonly string[]
}

export type ProductionLine = {
  /** Mode 0700; made when it is missing. */
  readonly folder: string
  /** `null` leaves keys unencrypted: for sandboxes. */
  readonly passphrase: string | null
  /** Called after each device. */
  readonly onProgress?: (issued: number) => void
  /** Ends between two devices: none is left with a key and without its certificate, unless the machine dies. */
  readonly signal?: AbortSignal
}

export type IssuedDevice = {
  readonly serial: string
  readonly certificate: string
  readonly key: string
  readonly fingerprint: string
}

const millisecondsPerDay = 86_400_000n

/**
 * Makes one key and one certificate a serial, `<serial>.key` and `<serial>.pem`. Nothing is overwritten: a certificate
 * that is there refuses the whole order before anything is made. A key without a certificate, which a power loss can
 * leave, is used.
 * @throws cli.file-exists, cli.unwritable; codes of `FileKeyHolder` and `issueDeviceCertificate`
 */
export async function issueDevices(order: ProductionOrder, line: ProductionLine): Promise<readonly IssuedDevice[]> {
  const { folder, passphrase, onProgress, signal } = line
  for (const serial of order.serials) checkDeviceSerial(serial)
  const taken = await issuedIn(folder, order.serials)
  const [first] = taken
  if (first !== undefined) throw cliError('file-exists', { path: certificatePath(folder, first) })
  const holder = await FileKeyHolder.open(folder, { passphrase })
  try {
    const issued = new Array<IssuedDevice>(order.serials.length)
    let next = 0
    let count = 0
    const work = async () => {
      while (next < order.serials.length && signal?.aborted !== true) {
        const index = next++
        issued[index] = await issueOne(order, folder, holder, order.serials[index]!)
        onProgress?.(++count)
      }
    }
    const workers = Array.from({ length: Math.min(issuedAtOnce, order.serials.length) }, work)
    // A failure of one waits for the others: a half-made device would be left behind otherwise.
    for (const outcome of await Promise.allSettled(workers)) if (outcome.status === 'rejected') throw outcome.reason
    signal?.throwIfAborted()
    return issued
  } finally {
    await holder.close()
  }
}

/** Those of the serials whose certificates lie in a folder. */
export async function issuedIn(folder: string, serials: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(serials.map((serial) => exists(certificatePath(folder, serial))))
  return serials.filter((_, index) => found[index])
}

/** A serial may hold slashes, which no file name can. Two serials that then share a name refuse each other's files. */
export function fileNameOf(serial: string): string {
  return serial.replaceAll('/', '_')
}

export function certificatePath(folder: string, serial: string): string {
  return join(folder, `${fileNameOf(serial)}.pem`)
}

/**
 * `count` serials from the first on: its trailing digits count up and keep their width.
 * @throws cli.serial-form when the digits do not reach
 */
export function countSerials(first: string, count: number): readonly string[] {
  if (count === 1) return [first]
  const digits = /[0-9]*$/.exec(first)?.[0] ?? ''
  const start = BigInt(digits === '' ? 0 : digits)
  if (digits === '') throw cliError('serial-form', { serial: first, count, reason: 'it does not end in a digit' })
  if ((start + BigInt(count) - 1n).toString().length > digits.length) {
    throw cliError('serial-form', { serial: first, count, reason: `${digits.length} digits are too few` })
  }
  const stem = first.slice(0, first.length - digits.length)
  return Array.from(
    { length: count },
    (_, step) => stem + (start + BigInt(step)).toString().padStart(digits.length, '0'),
  )
}

async function issueOne(
  order: ProductionOrder,
  folder: string,
  holder: FileKeyHolder,
  serial: string,
): Promise<IssuedDevice> {
  const name = fileNameOf(serial)
  const found = await holder.find(name)
  const usable = found?.key.algorithm === order.algorithm ? found : undefined
  const { id, key } = usable ?? (await holder.generate(order.algorithm, { label: name }))
  const { manufacturer, chain, model, batch, firmware, days } = order
  const now = (BigInt(Date.now()) / 1000n) * 1000n
  const notBefore = now - backdating
  const certificate = await issueDeviceCertificate({
    manufacturer,
    serial,
    chain,
    model,
    batch,
    firmware,
    notBefore,
    notAfter: notBefore + BigInt(days) * millisecondsPerDay,
    key,
    sign: (message) => holder.sign(id, message),
  })
  const path = certificatePath(folder, serial)
  await createWhole(path, certificatePem(certificate), 'everybody')
  const fingerprint = toHex(parseCertificate(certificate).fingerprint)
  return { serial, certificate: path, key: join(folder, `${name}.key`), fingerprint }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}
