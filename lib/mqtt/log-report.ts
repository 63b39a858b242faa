import type { IngestReport, Outcome, Uplink } from './ingest';

/** The part of the logger that `logReport` uses. */
export interface ReportLogger {
  debug(message: string, fields: Record<string, unknown>): void;
  info(message: string, fields: Record<string, unknown>): void;
}

const REFUSED_SHOWN = 20;

/**
 * Writes one log line for a publish, with what came of its rows. A publish without refusals is logged for debugging
 * only, because a log line costs as much as storing a reading. `now` is ms since the epoch.
 */
export function logReport(logger: ReportLogger, uplink: Uplink, report: IngestReport, now: number): void {
  const refused = report.outcomes.filter(
    (outcome): outcome is Outcome & { result: 'refused' } => outcome.result === 'refused',
  );
  const fields = {
    tenant: report.tenant,
    device: report.device,
    topic: uplink.topic,
    rows: report.outcomes.length,
    refusedRows: refused.length,
    refused: refused.slice(0, REFUSED_SHOWN),
    ms: now - uplink.receivedAt,
  };
  if (refused.length > 0) logger.info('publish', fields);
  else logger.debug('publish', fields);
}
