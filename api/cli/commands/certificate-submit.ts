import type { Command } from 'commander'
import { readOneCertificate, readVoucherFile, submitCertificate } from '../../client/index.ts'
import type { Frame } from '../frame.ts'

export function certificateSubmit(parent: Command, frame: Frame): void {
  parent
    .command('submit')
    .description("Publish one certificate as its device does: without a member's key, by the voucher of its line.")
    .argument('<certificate>', 'certificate file (PEM or DER)')
    .requiredOption('--voucher <file>', 'voucher that covers its serial')
    .addHelpText('after', '\nExample: commonroot certificate submit SN-0001.pem --voucher lot.voucher')
    .action(
      frame(async ({ node, signal }, path: string, { voucher }: { readonly voucher: string }) => {
        const der = await readOneCertificate(path)
        const answer = await submitCertificate(node, der, await readVoucherFile(voucher), signal)
        const { fingerprint, code, height, time } = answer
        const what = code === 'unchanged' ? 'was published before; nothing changed' : 'is published'
        return { value: answer, lines: [`${fingerprint} ${what} (block ${height}, ${time})`] }
      }),
    )
}
