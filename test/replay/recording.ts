/** Recorded chains as files: genesis, blocks, results and roots, in hexadecimal. */
import { readFile } from 'node:fs/promises'
import { Genesis, type RecordedBlock } from '../../src/chain/index.ts'
import { decodeAs, encodeAs, fromHex, toHex } from '../../src/codec/index.ts'

export type Recording = { readonly genesis: Genesis; readonly blocks: readonly RecordedBlock[] }

export function recordingText({ genesis, blocks }: Recording): string {
  const rows = blocks.map(({ block, root, results }) => ({
    root: toHex(root),
    results: toHex(results),
    block: toHex(block),
  }))
  return `${JSON.stringify({ genesis: toHex(encodeAs(Genesis, genesis)), blocks: rows }, null, 1)}\n`
}

export async function readRecording(path: string): Promise<Recording> {
  const { genesis, blocks } = JSON.parse(await readFile(path, 'utf8')) as {
    readonly genesis: string
    readonly blocks: readonly { readonly root: string; readonly results: string; readonly block: string }[]
  }
  return {
    genesis: decodeAs(Genesis, fromHex(genesis)),
    blocks: blocks.map(({ root, results, block }) => ({
      root: fromHex(root),
      results: fromHex(results),
      block: fromHex(block),
    })),
  }
}
