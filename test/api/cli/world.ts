/** A ledger with an HTTP server, and the key files of its members: what the command line needs to do something. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createServer } from '../../../api/http/index.ts'
import { utf8 } from '../../../src/codec/index.ts'
import { FileKeyHolder } from '../../../src/crypto/index.ts'
import { keyPurposes } from '../../../src/module/index.ts'
import { startTestLedger, type TestLedgerOptions } from '../../ledger/ledger.ts'
import type { TestMember } from '../../ledger/members.ts'
import { type Ended, type RunOptions, run } from './run.ts'

export type World = {
  readonly chain: string
  readonly url: string
  /** A folder for the test's files; it is the commands' working folder. */
  readonly folder: string
  /** The key file of a member: unencrypted, except the regulator's. */
  readonly key: (member: string) => string
  /** Runs a command against this ledger's node. */
  readonly run: (words: readonly string[], options?: RunOptions) => Promise<Ended>
  /** The same against another node. */
  readonly runAgainst: (url: string, words: readonly string[]) => Promise<Ended>
  readonly stop: () => Promise<void>
}

/** What opens the regulator's key file. */
export const regulatorPassphrase = 'correct horse battery'

const roles = { 'vendor-a': 'vendor', 'vendor-b': 'vendor', regulator: 'regulator' } as const

export async function startWorld(database: string, chain: Pick<TestLedgerOptions, 'protocol'> = {}): Promise<World> {
  const folder = await mkdtemp(path.join(tmpdir(), 'commonroot-cli-'))
  const key = (member: string) => path.join(folder, member === 'regulator' ? 'locked' : 'members', `${member}.key`)
  const plain = await FileKeyHolder.open(path.join(folder, 'members'), { passphrase: null })
  const locked = await FileKeyHolder.open(path.join(folder, 'locked'), { passphrase: regulatorPassphrase })
  const members = [
    await memberOf(plain, 'vendor-a'),
    await memberOf(plain, 'vendor-b'),
    await memberOf(locked, 'regulator'),
  ]
  await plain.generate('ES256', { label: 'stranger' })
  const ledger = await startTestLedger({ database, members, ...chain })
  // The node is vendor-b's, and carries in its name.
  const server = createServer({ node: ledger.node, carrier: members[1]!.signer })
  const url = await server.listen(0)
  return {
    chain: ledger.chain.id,
    url,
    folder,
    key,
    run: (words, options) => run([...words, '--node', url], { cwd: folder, ...options }),
    runAgainst: (other, words) => run([...words, '--node', other], { cwd: folder }),
    stop: async () => {
      await server.close()
      await ledger.stop()
      await rm(folder, { recursive: true })
    },
  }
}

async function memberOf(holder: FileKeyHolder, id: keyof typeof roles): Promise<TestMember> {
  const { key } = await holder.generate('ES256', { label: id })
  return {
    id,
    name: `Member ${id}`,
    roles: [roles[id]],
    keys: keyPurposes.map((purpose) => ({ purpose, threshold: 1, keys: [key] })),
    signer: { kind: 'member', subject: utf8(id), key, sign: (message) => holder.sign(id, message) },
  }
}
