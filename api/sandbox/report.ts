/** What a person reads at the end: the verdicts, and what to try next. */
import { relative } from 'node:path'
import { certificatePath } from '../client/index.ts'
import type { Stage } from '../ledger/index.ts'
import type { GatewayVerdict } from './gateway.ts'
import { type Layout, memberKeyFile } from './layout.ts'
import { cells } from './production.ts'

/** The URL that commands use when none is given. */
const defaultUrl = 'http://127.0.0.1:7600'

/** A cell that nothing has been said about yet. */
const another = 'AUR-000042'

export function verdictLines(verdicts: readonly GatewayVerdict[], paint: Stage['paint']): readonly string[] {
  return verdicts.map(({ serial, verdict, proofBytes, milliseconds }) => {
    const word = paint(verdict === 'valid' ? 'green' : 'red', verdict.padEnd(16))
    return `  ${serial}  ${word} proof ${proofBytes} bytes, ${milliseconds.toFixed(1)} ms`
  })
}

/** Commands that work when they are pasted, in this order, where the sandbox was started. */
export function nextLines(layout: Layout, url: string): readonly string[] {
  const node = url === defaultUrl ? '' : ` --node ${url}`
  const cell = shown(certificatePath(layout.line, another))
  const vendor = shown(memberKeyFile(layout, 'vendor-borealis'))
  return [
    `npx commonroot member list${node}`,
    `npx commonroot certificate show ${shown(certificatePath(layout.line, cells.revoked))}${node}`,
    `npx commonroot proof get ${cell} --out cell.proof${node}`,
    `npx commonroot proof verify ${cell} --proof cell.proof --trust ${shown(layout.trust)}`,
    `npx commonroot device issue --manufacturer vendor-borealis --serial BOR-0001 --count 10 --out devices${node}`,
    `npx commonroot certificate publish devices --signer ${vendor}${node}`,
  ]
}

/** A path as a word of a shell, the shorter way from where the command was started. */
function shown(path: string): string {
  const way = relative(process.cwd(), path)
  return quoted(way.startsWith('..') ? path : way)
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
