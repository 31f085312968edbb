/** Vouchers as files: a line issues one for a lot, and devices, or whoever installs them, submit with it. */
import {
  issueVoucher,
  maximumVoucherText,
  type VoucherOrder,
  type VoucherSigner,
  voucherError,
  voucherFromText,
  voucherText,
} from '../../pki/voucher/index.ts'
import { keyDigest } from '../../src/crypto/index.ts'
import type { CarriedAnswer } from './answers.ts'
import { readBounded, writeWhole } from './durable-file.ts'
import type { NodeClient } from './node-client.ts'
import type { GivenPassphrase } from './passphrase.ts'
import { openSigner, openSignerKey } from './signer.ts'
import { untilAnswered } from './submit.ts'

export type VoucherFileOrder = {
  readonly terms: VoucherOrder
  /** Key files: as many of the manufacturer's `line` keys as their threshold asks for. */
  readonly signers: readonly string[]
  readonly passphrase: GivenPassphrase | undefined
  /** Where the keys are looked up, so that a voucher in vain is not issued; without it nobody is asked. */
  readonly node: NodeClient | undefined
  readonly file: string
}

/**
 * Signs a voucher and writes it as one line of text, for its owner's eyes: whoever has it may use it.
 * @throws voucher.wrong-key for a key of another member; voucher.malformed; cli.signer-unknown, cli.unwritable; codes of
 *   `openKeyFile`
 */
export async function issueVoucherFile(order: VoucherFileOrder): Promise<string> {
  const signers: VoucherSigner[] = []
  for (const path of order.signers) signers.push(await lineKey(order, path))
  const text = voucherText(await issueVoucher(order.terms, signers))
  await writeWhole(order.file, `${text}\n`, 'owner')
  return text
}

/** The text of a voucher's file, as the header carries it. @throws cli.unreadable, voucher.malformed */
export async function readVoucherFile(path: string): Promise<string> {
  const bytes = await readBounded(path, maximumVoucherText + 2)
  const text = new TextDecoder().decode(bytes).replace(/\r?\n$/, '')
  voucherFromText(text)
  return text
}

/** Submits one certificate; when the answer is lost, again. @throws what the node refuses, with its code */
export function submitCertificate(
  node: NodeClient,
  der: Uint8Array,
  voucher: string,
  signal?: AbortSignal,
): Promise<CarriedAnswer> {
  return untilAnswered(() => node.submitCertificate(der, voucher), signal)
}

async function lineKey({ terms, node, passphrase }: VoucherFileOrder, path: string): Promise<VoucherSigner> {
  const { chain, manufacturer } = terms
  if (node === undefined) return openSignerKey(path, passphrase)
  const signer = await openSigner(node, chain, path, passphrase)
  if (signer.member !== manufacturer) throw voucherError('wrong-key', { key: keyDigest(signer.key), manufacturer })
  return signer
}
