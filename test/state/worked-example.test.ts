import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeAs, Text, toHex } from '../../src/codec/index.ts'
import { sha256 } from '../../src/crypto/portable/index.ts'
import {
  emptyHash,
  encodeIcs23,
  innerHash,
  leafHash,
  Proven,
  plainValue,
  recordKey,
  rootOf,
  stateRoot,
} from '../../src/state/index.ts'
import { MemoryTree } from './memory-tree.ts'

const document = readFileSync(
  path.join(import.meta.dirname, '..', '..', 'docs', 'reference', 'trust-and-proof.md'),
  'utf8',
)

const key = (last: number) => recordKey('demo', 'notes', Uint8Array.of(last))
const value = (text: string) => plainValue(Text({ maximum: 20 }), 1, text)

/** Three records with one standing fact beside them, in the lines of the reference. */
async function example(): Promise<readonly string[]> {
  const notes = [
    { key: key(1), value: value('one') },
    { key: key(3), value: value('three') },
    { key: key(5), value: value('five') },
  ]
  const records = await MemoryTree.of(notes)
  const standing = await MemoryTree.of(
    [{ key: recordKey('demo', 'facts', Uint8Array.of(1)), value: value('on') }],
    'standing',
  )
  const [leaf1, leaf3, leaf5] = notes.map((note) => leafHash(sha256(note.key), sha256(note.value)))
  const pair = innerHash(leaf5!, leaf3!)
  // Bits 3, 2 and 1 of H(key 3) are 0, 1 and 1.
  const branch = innerHash(emptyHash, innerHash(emptyHash, innerHash(pair, emptyHash)))
  const proven3 = await records.prove(key(3))
  const root = rootOf(proven3)
  expect(innerHash(leaf1!, branch)).toEqual(root)
  const standingRoot = rootOf(await standing.prove(recordKey('demo', 'facts', Uint8Array.of(1))))
  const roots = { standing: standingRoot, records: root }
  const exported = encodeIcs23(proven3, roots)
  return [
    ...notes.flatMap((note, index) => [
      line(`key ${2 * index + 1}`, note.key),
      line(`value ${2 * index + 1}`, note.value),
      line(`H(key ${2 * index + 1})`, sha256(note.key)),
    ]),
    line('leaf 1', leaf1!),
    line('leaf 3', leaf3!),
    line('leaf 5', leaf5!),
    line('inner(leaf 5, leaf 3)', pair!),
    line('node at 11', innerHash(emptyHash, innerHash(pair, emptyHash))),
    line('node at 1', branch),
    line('root', root),
    line('proven 3', encodeAs(Proven, proven3)),
    line('absent 6', encodeAs(Proven, await records.prove(key(6)))),
    line('absent 2', encodeAs(Proven, await records.prove(key(2)))),
    line('standing', standingRoot),
    line('state root', stateRoot(standingRoot, root)),
    line('ICS23 of 3', exported),
  ]
}

function line(name: string, bytes: Uint8Array): string {
  return `    ${name} = ${toHex(bytes)}`
}

describe('the worked example of the reference', () => {
  it('has, line by line, the bytes that the code makes', async () => {
    const lines = document.split('\n')
    expect((await example()).filter((one) => !lines.includes(one))).toEqual([])
  })
})
