/** Device certificates, made beforehand and kept in files of a fixed number. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type BenchChain, certificateFolder } from './chain.ts'

/** Certificates in one file. */
export const perFile = 10_000

/** Octets before each certificate in a file: its length, big-endian. */
export const lengthPrefix = 2

export type MakerOrder = {
  readonly chain: string
  readonly manufacturer: string
  /** Files to make, each with the number of its first certificate. */
  readonly files: readonly { readonly path: string; readonly first: number }[]
}

/** The certificates from `first` on, in DER. */
export function readCertificates(chain: BenchChain, first: number, count: number): readonly Uint8Array[] {
  const found: Uint8Array[] = []
  for (let file = Math.floor(first / perFile); found.length < count; file++) {
    const all = readFile(pathOf(chain, file))
    const skip = Math.max(0, first - file * perFile)
    found.push(...all.slice(skip, skip + count - found.length))
  }
  return found
}

/** Makes those of the first `count` certificates that the cache lacks, on all cores. */
export async function makeCertificates(
  chain: BenchChain,
  manufacturer: string,
  count: number,
  onProgress: (made: number, missing: number) => void,
): Promise<void> {
  mkdirSync(certificateFolder(chain), { recursive: true })
  const files = Array.from({ length: Math.ceil(count / perFile) }, (_, file) => ({
    path: pathOf(chain, file),
    first: file * perFile,
  })).filter(({ path }) => !existsSync(path))
  if (files.length === 0) return
  const workers = Math.min(availableParallelism(), files.length)
  let made = 0
  await Promise.all(
    Array.from({ length: workers }, (_, worker) => {
      const own = files.filter((_, index) => index % workers === worker)
      return runMaker({ chain: chain.id, manufacturer, files: own }, () => onProgress(++made, files.length))
    }),
  )
}

function pathOf(chain: BenchChain, file: number): string {
  return join(certificateFolder(chain), `${String(file).padStart(4, '0')}.der`)
}

/** The file that was read last: whoever wants single certificates mostly wants neighbours. */
let recent: { readonly path: string; readonly certificates: readonly Uint8Array[] } | undefined

function readFile(path: string): readonly Uint8Array[] {
  if (recent?.path !== path) recent = { path, certificates: splitFile(readFileSync(path)) }
  return recent.certificates
}

function splitFile(bytes: Buffer): readonly Uint8Array[] {
  const certificates: Uint8Array[] = []
  for (let offset = 0; offset < bytes.length; ) {
    const start = offset + lengthPrefix
    offset = start + bytes.readUInt16BE(offset)
    certificates.push(bytes.subarray(start, offset))
  }
  return certificates
}

function runMaker(order: MakerOrder, onFile: () => void): Promise<void> {
  const worker = new Worker(new URL('./maker.ts', import.meta.url), { workerData: order })
  return new Promise((resolve, reject) => {
    worker.on('message', onFile)
    worker.once('error', reject)
    worker.once('exit', () => resolve())
  })
}
