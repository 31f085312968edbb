import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Command, Option } from 'commander'
import type { AlgorithmName } from '../../../src/codec/index.ts'
import { signatureAlgorithms } from '../../../src/crypto/index.ts'
import {
  cliError,
  countSerials,
  createWhole,
  givenPassphrase,
  issueDevices,
  randomPassphrase,
  readPassphrase,
} from '../../client/index.ts'
import type { Frame } from '../frame.ts'
import { chainId, firmware, memberId, passphraseOption, wholeNumber } from '../options.ts'

/** Devices of one order: what a line makes in a shift. */
const maximumCount = 100_000

/** The longest validity that the default profile allows, in days of 24 hours. */
const defaultDays = 7305

type Options = {
  readonly manufacturer: string
  readonly serial: string
  readonly count: number
  readonly algorithm: AlgorithmName
  readonly out: string
  readonly passphraseFile?: string
  readonly chain?: string
  readonly model: string
  readonly batch: string
  readonly firmware: readonly number[]
  readonly days: number
}

export function deviceIssue(parent: Command, frame: Frame): void {
  parent
    .command('issue')
    .description(
      'Make keys and self-issued certificates: SERIAL.pem, and SERIAL.key encrypted under a passphrase. ' +
        'Nothing is overwritten. The chain id comes from the node; with --chain no node is needed.',
    )
    .requiredOption('--manufacturer <id>', 'member id of the manufacturer', memberId)
    .requiredOption('--serial <serial>', 'serial of the first device; its trailing digits count up')
    .addOption(new Option('--count <n>', 'how many devices').default(1).argParser(wholeNumber(1, maximumCount)))
    .addOption(
      new Option('--algorithm <name>', 'of the keys').default('ES256').choices(Object.keys(signatureAlgorithms)),
    )
    .requiredOption('--out <dir>', 'folder for certificates and keys')
    .addOption(
      passphraseOption(
        'the passphrase of the keys',
        'COMMONROOT_PASSPHRASE, else a random one, kept in DIR/passphrase',
      ),
    )
    .addOption(new Option('--chain <id>', 'chain that the certificates are for').argParser(chainId))
    .option('--model <model>', 'model of the devices', 'generic')
    .option('--batch <batch>', 'production batch', 'default')
    .addOption(new Option('--firmware <version>', 'firmware version').default([1, 0, 0], '1.0.0').argParser(firmware))
    .addOption(new Option('--days <n>', 'validity in days').default(defaultDays).argParser(wholeNumber(1, 3_000_000)))
    .addHelpText(
      'after',
      '\nExample: commonroot device issue --manufacturer vendor-aurora --serial SN-0001 --count 10 --out devices',
    )
    .action(
      frame(async ({ node, terminal, signal }, options: Options) => {
        const { out, count, serial, passphraseFile, ...order } = options
        const serials = countSerials(serial, count)
        const chain = options.chain ?? (await node.chain()).chain
        const { passphrase, file } = await passphraseOf(out, passphraseFile)
        const bar = terminal.progress('Issuing', count)
        const devices = await issueDevices(
          { ...order, chain, serials },
          { folder: out, passphrase, onProgress: (issued) => bar.to(issued), signal },
        ).finally(() => bar.end())
        const lines = [
          `${count} ${count === 1 ? 'certificate' : 'certificates'} and as many keys in ${out}, for chain ${chain}`,
          ...(file === undefined ? [] : [`Their passphrase is in ${file}`]),
        ]
        return { value: { chain, devices, passphraseFile: file ?? null }, lines }
      }),
    )
}

/** The folder keeps the random passphrase that its first order made. */
async function passphraseOf(
  folder: string,
  given: string | undefined,
): Promise<{ readonly passphrase: string; readonly file?: string }> {
  const passphrase = await givenPassphrase(given)
  if (passphrase !== undefined) return { passphrase: passphrase.text }
  const file = join(folder, 'passphrase')
  if (existsSync(file)) return { passphrase: await readPassphrase(file), file }
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw cliError('unwritable', { path: folder, reason: 'the folder cannot be made' }, cause)
  }
  const random = randomPassphrase()
  await createWhole(file, `${random}\n`, 'owner')
  return { passphrase: random, file }
}
