/** The tables of `docs/scale.md`, from the constants and the model of `bench/scale.ts`. */
import { idleTable, ledgerTable, logTable } from '../../bench/scale.ts'
import { withStretches } from './marked.ts'

export async function scaleDocument(): Promise<string> {
  return withStretches('docs/scale.md', { ledger: ledgerTable(), log: logTable(), idle: idleTable() })
}
