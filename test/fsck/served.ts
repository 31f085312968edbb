/** What a damaged store would let a reader believe. */
import { parseCertificate } from '../../pki/certificate/index.ts'
import { certificates } from '../../pki/contract/index.ts'
import { StateView } from '../../src/chain/index.ts'
import { equalBytes, toHex } from '../../src/codec/index.ts'
import { recordAddress } from '../../src/module/index.ts'
import { rootOf, stateRoot } from '../../src/state/index.ts'
import type { Store } from '../../src/store/index.ts'

/** What is true of the certificates, as their records say it, and the root under which it is proven. */
export type Truth = { readonly root: Uint8Array; readonly records: ReadonlyMap<string, string> }

/** Taken from a store that is sound. */
export async function truthOf(store: Store, published: readonly Uint8Array[]): Promise<Truth> {
  const records = new Map<string, string>()
  for (const certificate of published) {
    const { fingerprint } = parseCertificate(certificate)
    const { key } = recordAddress(certificates, fingerprint)
    records.set(toHex(fingerprint), toHex((await store.read('records', [key])).get(toHex(key)) ?? new Uint8Array(0)))
  }
  const head = await store.head()
  if (head === undefined) throw new TypeError('a store without blocks has no truth')
  return { root: head.root, records }
}

/** Fingerprints of the certificates of which the store would now prove something else than the truth. */
export async function falseProofs(store: Store, { root, records }: Truth): Promise<readonly string[]> {
  const wrong: string[] = []
  const view = new StateView(await store.view('head'))
  try {
    for (const [fingerprint, record] of records) {
      const proven = await proofIn(view, fingerprint)
      // Refused: nobody is told anything false.
      if (proven === undefined || !equalBytes(proven.root, root)) continue
      if (proven.record !== record) wrong.push(fingerprint)
    }
  } finally {
    await view.close()
  }
  return wrong
}

async function proofIn(view: StateView, fingerprint: string) {
  try {
    const proven = await view.prove(certificates, Uint8Array.fromHex(fingerprint))
    const standing = await view.root('standing')
    return { root: stateRoot(standing, rootOf(proven)), record: toHex(proven.value ?? new Uint8Array(0)) }
  } catch {
    return undefined
  }
}
