/** What the programs beside this file are given: `PROGRAM.ts DATABASE_URL CHAIN FOLDER GENESIS_FILE TRUST_FILE`. */
import { readFileSync } from 'node:fs'
import { Genesis } from '../../../src/chain/index.ts'
import { decodeAs } from '../../../src/codec/index.ts'
import { decodeTrust } from '../../../src/light/index.ts'

const [, , connection = '', chain = '', folder = '', genesisFile = '', trustFile = ''] = process.argv

export const given = {
  connection,
  chain,
  folder,
  genesis: decodeAs(Genesis, new Uint8Array(readFileSync(genesisFile))),
  trust: decodeTrust(new Uint8Array(readFileSync(trustFile))),
}
