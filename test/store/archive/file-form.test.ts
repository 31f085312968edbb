import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { ArchiveFile } from '../../../src/store/archive/archive-file.ts'
import type { ArchivedBlock } from '../../../src/store/archive/file-form.ts'
import { unflipByChecksum } from '../../../src/store/archive/flipped-bit.ts'
import { fileBytes } from './file-bytes.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'commonroot-form-'))
afterAll(() => rmSync(folder, { recursive: true }))

const bytes = (maxLength: number) => fc.uint8Array({ maxLength })
const height = fc.bigInt({ min: 0n, max: (1n << 62n) - 1n })
const block = fc.record({
  time: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  root: bytes(32),
  block: fc.oneof(bytes(40), bytes(2000)),
  results: bytes(20),
  events: bytes(20),
  signedHeader: fc.option(bytes(100), { nil: undefined }),
})

it('a file gives back the blocks that were put into it, however they are cut into chunks', async () => {
  const file = path.join(folder, 'one')
  await fc.assert(
    fc.asyncProperty(
      height,
      fc.array(fc.array(block, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
      async (first, parts) => {
        let next = first
        const chunks: ArchivedBlock[][] = parts.map((part) => part.map((each) => ({ ...each, height: next++ })))
        writeFileSync(file, await fileBytes('form-00000001', chunks))
        const read = await ArchiveFile.open(file)
        expect(read.header).toEqual({ chain: 'form-00000001', first, last: next - 1n })
        const found = await Promise.all(read.chunks.map((chunk) => read.read(chunk)))
        expect(found).toEqual(chunks)
        for (const { height: each } of chunks.flat()) {
          const chunk = read.chunkAt(each)
          expect(chunk && each >= chunk.first && each < chunk.first + BigInt(chunk.blocks)).toBe(true)
        }
        expect([read.chunkAt(first - 1n), read.chunkAt(next)]).toEqual([undefined, undefined])
      },
    ),
    { numRuns: 60 },
  )
})

it('a flipped bit is found by the checksum, wherever it is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 3000 }), fc.nat(), fc.nat(7), (sound, place, bit) => {
      const damaged = sound.slice()
      const index = place % sound.length
      damaged[index] = (damaged[index] ?? 0) ^ (1 << bit)
      expect(unflipByChecksum(damaged, crc32(sound))).toEqual(sound)
    }),
    { numRuns: 100 },
  )
})
