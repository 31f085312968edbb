/** Files of strangers: every one is refused, before it costs anything. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { concat, encodeCbor, utf8 } from '../../../src/codec/index.ts'
import { ArchiveFile, marksOf } from '../../../src/store/archive/archive-file.ts'
import { type ArchivedBlock, encodeHead, encodeTail } from '../../../src/store/archive/file-form.ts'
import { maximumChunkBytes, maximumIndexBytes } from '../../../src/store/archive/limits.ts'
import { blockAt, sha256 } from '../blocks.ts'
import { fileBytes } from './file-bytes.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'commonroot-malformed-'))
const file = path.join(folder, 'some.archive')
afterAll(() => rmSync(folder, { recursive: true }))

const chain = 'some-00000001'
const first = 100n
const blocks = Array.from({ length: 6 }, (_, index): ArchivedBlock => {
  const { height, time, root, block, results, events } = blockAt(first + BigInt(index))
  return { height, time, root, block, results, events, signedHeader: utf8('header') }
})
const chunks = [blocks.slice(0, 4), blocks.slice(4)]
const sound = await fileBytes(chain, chunks)

/** Reads all of a file. */
async function read(bytes: Uint8Array): Promise<readonly ArchivedBlock[]> {
  writeFileSync(file, bytes)
  const archive = await ArchiveFile.open(file)
  const found = []
  for (const chunk of archive.chunks) found.push(...(await archive.read(chunk)))
  return found
}

async function refusal(bytes: Uint8Array): Promise<string> {
  const error = await read(bytes).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'store.archive-damaged', details: { file: 'some.archive' } })
  return String((error as { details: { reason: unknown } }).details.reason)
}

/** A file of one chunk with this content, compressed by whatever makes the frame, and these numbers about it. */
function oneChunk(content: Uint8Array, about: { blocks?: number; contentBytes?: number; stored?: Uint8Array } = {}) {
  const stored = about.stored ?? zstdCompressSync(content)
  const { blocks: count = 1, contentBytes = content.length } = about
  const head = encodeHead({ chain, first, last: first + BigInt(count) - 1n })
  const chunk = { ...marksOf(stored), first, blocks: count, position: 0, storedBytes: stored.length, contentBytes }
  return concat(head, stored, encodeTail(head, [chunk]).bytes)
}

/** A file whose digest is right, with this header and index. */
function framed(header: Uint8Array, index: Uint8Array, checksum = 0): Uint8Array {
  const head = concat(utf8('commonroot archive\n'), uint32(header.length), header)
  const body = concat(index, uint32(index.length), uint32(checksum))
  return concat(head, body, sha256(concat(head, body)))
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

const row = [new Uint8Array(0), utf8('block'), new Uint8Array(0), new Uint8Array(0)]

describe('an archive file', () => {
  it('is read when it is sound', async () => {
    expect(await read(sound)).toEqual(blocks)
  })

  it('is refused when any bit of it is flipped', async () => {
    for (let index = 0; index < sound.length; index++) {
      const damaged = sound.slice()
      damaged[index] = (damaged[index] ?? 0) ^ (1 << (index % 8))
      await refusal(damaged)
    }
  })

  it('is refused wherever it is cut, and with bytes behind it', async () => {
    for (let length = 0; length < sound.length; length++) await refusal(sound.subarray(0, length))
    await refusal(concat(sound, new Uint8Array(1)))
    await refusal(concat(sound, sound))
  })

  it.each([
    ['of another format', encodeCbor([2, chain, first, first]), 'its format is 2'],
    ['of no chain', encodeCbor([1, 'not a chain', first, first]), 'its header can not be read'],
    ['with a field too many', encodeCbor([1, chain, first, first, 0]), 'its header can not be read'],
    ['with a height that is none', encodeCbor([1, chain, -1, first]), 'its header can not be read'],
    [
      'with bytes behind it',
      concat(encodeCbor([1, chain, first, first]), Uint8Array.of(0)),
      'its header can not be read',
    ],
    ['that is no CBOR', Uint8Array.of(0xff), 'its header can not be read'],
  ])('is refused with a header %s', async (_, header, reason) => {
    const index = encodeCbor([[1, 1, 1, new Uint8Array(32), 0]])
    expect(await refusal(framed(header, index))).toContain(reason)
  })

  it.each([
    ['without chunks', [], 'its index can not be read'],
    ['with a chunk of nothing', [[0, 1, 1, new Uint8Array(32), 0]], 'its index can not be read'],
    ['with a huge chunk', [[1, 1, maximumChunkBytes + 1, new Uint8Array(32), 0]], 'its index can not be read'],
    ['with another digest', [[1, 1, 1, new Uint8Array(31), 0]], 'its index can not be read'],
    ['of more than there is', [[1, 1000, 1000, new Uint8Array(32), 0]], 'its chunks do not fill it'],
    [
      'of too many heights',
      Array.from({ length: 3 }, () => [9000, 0, 1, new Uint8Array(32), 0]),
      'its index can not be read',
    ],
  ])('is refused with an index %s', async (_, index, reason) => {
    expect(await refusal(framed(encodeCbor([1, chain, first, first]), encodeCbor(index)))).toContain(reason)
  })

  it('is refused when header and index do not speak of the same heights', async () => {
    const other = await fileBytes(chain, chunks, (index) => index.map((each) => ({ ...each, blocks: 3 })))
    expect(await read(other).catch((error: unknown) => error)).toMatchObject({ code: 'store.archive-damaged' })
    const fewer = await fileBytes(chain, chunks, (index) => index.map((each) => ({ ...each, blocks: 1 })))
    expect(await refusal(fewer)).toContain('do not hold the heights of its header')
  })

  it('is refused when its header or index claims to be huge, without reading it', async () => {
    const magic = utf8('commonroot archive\n')
    const padding = new Uint8Array(100)
    expect(await refusal(concat(magic, uint32(0xffff_ffff), padding))).toBe('its header has 4294967295 bytes')
    const long = concat(sound.subarray(0, -40), uint32(maximumIndexBytes + 1), new Uint8Array(36))
    expect(await refusal(long)).toBe(`its index has ${maximumIndexBytes + 1} bytes`)
  })
})

describe('a chunk', () => {
  it.each([
    ['holds fewer blocks than said', oneChunk(encodeCbor([[1, ...row, null]]), { blocks: 2 })],
    ['holds more blocks than said', oneChunk(encodeCbor([1, 2].map(() => [1, ...row, null])))],
    ['holds rows of another form', oneChunk(encodeCbor([[1, ...row]]))],
    ['holds a negative time', oneChunk(encodeCbor([[-1, ...row, null]]))],
    ['is not deterministic CBOR', oneChunk(Uint8Array.of(0x9f, 0xff))],
    ['is not compressed', oneChunk(encodeCbor([[1, ...row, null]]), { stored: encodeCbor([[1, ...row, null]]) })],
    [
      'has bytes behind its frame',
      oneChunk(new Uint8Array(9), { stored: concat(zstdCompressSync(new Uint8Array(9)), utf8('x')) }),
    ],
  ])('is refused when it %s', async (_, bytes) => {
    await refusal(bytes)
  })

  it('never decompresses to more than was said, however large it would get', async () => {
    const bomb = zstdCompressSync(new Uint8Array(256 * 1024 * 1024))
    expect(bomb.length).toBeLessThan(100_000)
    const before = process.memoryUsage().rss
    for (const contentBytes of [1, 1000, 1024 * 1024]) {
      const reason = await refusal(oneChunk(new Uint8Array(0), { stored: bomb, contentBytes }))
      expect(reason).toBe(`block ${first} can not be decompressed`)
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
  })

  it('is refused when it decompresses to less than was said', async () => {
    const content = encodeCbor([[1, ...row, null]])
    await refusal(oneChunk(content, { contentBytes: content.length + 1 }))
  })
})
