/** Snapshots that are not what they say: whatever of them a liar changes, the root of the chain gives it away. */
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { protocols } from '../../api/protocols.ts'
import { decodeCbor, encodeCbor } from '../../src/codec/index.ts'
import {
  checkManifest,
  decodeChunk,
  decodeManifest,
  encodeChunk,
  encodeManifest,
  maximumChunkBytes,
  maximumManifestBytes,
} from '../../src/snapshot/index.ts'
import { testDatabase } from '../postgres.ts'
import { exportFrom, ledgerWithCertificates, testFolder } from './exported.ts'
import { flipped, forge, holdSnapshot, refusalOf, verdictOf } from './forging.ts'

const source = await ledgerWithCertificates(await testDatabase(), 60)
afterAll(() => source.ledger.stop())
const exported = await exportFrom(source, await testFolder(), { chunkBytes: 4096 })
const sound = await holdSnapshot(exported.path)
const { chunks } = sound
const chunkNumber = fc.nat(chunks.length - 1)
const forged = 'snapshot.chunk-forged'

describe('a snapshot', () => {
  it('is sound as it was made', () => {
    expect(chunks.length).toBeGreaterThan(8)
    expect(verdictOf(sound)).toBe(exported.entries)
    expect(verdictOf(forge(sound, chunks))).toBe(exported.entries)
  })

  it('is refused with any byte of a chunk changed, by the digest that the manifest has', () => {
    fc.assert(
      fc.property(chunkNumber, fc.nat(), fc.nat(7), (number, place, bit) => {
        const changed = chunks.with(number, flipped(chunks[number]!, place, bit))
        expect(verdictOf({ ...sound, chunks: changed })).toBe('snapshot.chunk-damaged')
      }),
      { numRuns: 50 },
    )
  })

  it('is refused with any byte of a chunk changed, also when the manifest was forged to fit', () => {
    fc.assert(
      fc.property(chunkNumber, fc.nat(), fc.nat(7), (number, place, bit) => {
        const changed = chunks.with(number, flipped(chunks[number]!, place, bit))
        expect(verdictOf(forge(sound, changed))).toBe(forged)
      }),
      { numRuns: 400 },
    )
  })

  it('is refused with two chunks swapped, one left out, or one twice', () => {
    fc.assert(
      fc.property(chunkNumber, chunkNumber, (one, other) => {
        const swapped = chunks.with(one, chunks[other]!).with(other, chunks[one]!)
        if (one !== other) expect(verdictOf(forge(sound, swapped))).toBe(forged)
        expect(verdictOf(forge(sound, chunks.toSpliced(one, 0, chunks[other]!)))).toBe(forged)
        const lacking = chunks.toSpliced(one, 1)
        expect(verdictOf(forge(sound, lacking))).toBe(one === chunks.length - 1 ? 'snapshot.incomplete' : forged)
        expect(verdictOf({ ...sound, chunks: lacking })).toBe(
          one === chunks.length - 1 ? 'snapshot.incomplete' : 'snapshot.chunk-damaged',
        )
      }),
      { numRuns: 60 },
    )
  })

  it('is refused when it goes on after its end', () => {
    expect(verdictOf(forge(sound, [...chunks, chunks.at(-1)!]))).toBe(forged)
    const endless = encodeChunk({ tree: 1, from: new Uint8Array(32), outside: [], entries: [] })
    expect(verdictOf(forge(sound, [...chunks, endless]))).toBe(forged)
  })

  it('is refused with an entry left out, doubled, moved to the next chunk, or with other kept bytes', () => {
    fc.assert(
      fc.property(chunkNumber, fc.nat(), (number, which) => {
        const chunk = decodeChunk(chunks[number]!)
        if (chunk.entries.length === 0) return
        const at = which % chunk.entries.length
        const entry = chunk.entries[at]!
        const others = [
          chunk.entries.toSpliced(at, 1),
          chunk.entries.toSpliced(at, 0, entry),
          chunk.entries.toReversed(),
          chunk.entries.with(at, { ...entry, attachments: [] }),
          chunk.entries.with(at, { ...entry, attachments: [...entry.attachments, new Uint8Array(3)] }),
          chunk.entries.with(at, { ...entry, attachments: entry.attachments.map((bytes) => flipped(bytes, which)) }),
        ]
        for (const entries of others) {
          const bytes = encodeChunk({ ...chunk, entries })
          if (Buffer.compare(bytes, chunks[number]!) === 0) continue
          expect(verdictOf(forge(sound, chunks.with(number, bytes)))).toBe(forged)
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('a chunk that can not be read', () => {
  const bytes = chunks[1]!
  const at = (index: number, value: unknown) => encodeCbor((decodeCbor(bytes) as never[]).with(index, value as never))

  it.each([
    ['nothing', new Uint8Array(0)],
    ['its end cut off', bytes.subarray(0, -1)],
    ['a byte behind it', new Uint8Array([...bytes, 0])],
    ['a third tree', at(0, 2)],
    ['a short bound', at(1, new Uint8Array(31))],
    ['bounds in the wrong order', at(2, new Uint8Array(32))],
    ['a field too many', encodeCbor([...(decodeCbor(bytes) as never[]), 0 as never])],
    ['a hash of another length', at(3, [new Uint8Array(33)])],
    ['an entry without value', at(4, [[new Uint8Array(8)]])],
    [
      'more hashes than a path has',
      at(
        3,
        Array.from({ length: 513 }, () => new Uint8Array(0)),
      ),
    ],
  ])('is refused: %s', (_, changed) => {
    expect(verdictOf(forge(sound, chunks.with(1, changed)))).toBe(forged)
  })

  it('is refused before it is read when it is too large', () => {
    expect(refusalOf(() => decodeChunk(new Uint8Array(maximumChunkBytes + 1)))).toBe('snapshot.too-large')
  })
})

describe('a manifest', () => {
  const expected = { chain: sound.manifest.chain, root: sound.root, protocols }

  it('of another chain, another root or another protocol record is refused', () => {
    const { manifest } = sound
    const check = (changed: typeof manifest) => refusalOf(() => checkManifest(changed, expected))
    expect(check({ ...manifest, chain: 'other-00000000' })).toBe('snapshot.other-chain')
    expect(check({ ...manifest, standing: manifest.records })).toBe('snapshot.other-root')
    const { protocol } = manifest
    expect(check({ ...manifest, protocol: { ...protocol, tree: 0 } })).toBe('snapshot.manifest')
    expect(check({ ...manifest, protocol: { ...protocol, key: flipped(protocol.key, 3) } })).toBe('snapshot.manifest')
    const value = flipped(protocol.value!, protocol.value!.length - 1)
    expect(check({ ...manifest, protocol: { ...protocol, value } })).toBe('snapshot.manifest')
    const { value: _, ...absent } = protocol
    expect(check({ ...manifest, protocol: absent })).toBe('snapshot.manifest')
  })

  it('with any byte changed is another snapshot, or refused', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(7), (place, bit) => {
        const changed = flipped(sound.bytes, place, bit)
        try {
          const manifest = decodeManifest(changed)
          checkManifest(manifest, expected)
          // Height and time are what its maker says, and the digests what its chunks must have.
          const { height, time, chunks: digests } = manifest
          expect({ ...manifest, height, time, chunks: digests }).toEqual({
            ...sound.manifest,
            height,
            time,
            chunks: digests,
          })
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(?:snapshot|codec|state|host)\./) })
        }
      }),
      { numRuns: 300 },
    )
  })

  it('of another format, or larger than any, is refused', () => {
    const other = encodeCbor((decodeCbor(sound.bytes) as never[]).with(0, 2 as never))
    expect(refusalOf(() => decodeManifest(other))).toBe('snapshot.format')
    expect(refusalOf(() => decodeManifest(encodeCbor('manifest')))).toBe('snapshot.format')
    expect(refusalOf(() => decodeManifest(new Uint8Array(maximumManifestBytes + 1)))).toBe('snapshot.too-large')
    expect(refusalOf(() => decodeManifest(encodeManifest({ ...sound.manifest, chunks: chunks.slice(0, 1) })))).toMatch(
      'codec.',
    )
  })
})
