import type { IngestReport, Outcome, Uplink } from './ingest';

/** The part of the logger a report needs. */
export interface ReportLogger {
  debug(message: string, fields: Record<string, unknown>): void;
  info(message: string, fields: Record<string, unknown>): void;
}

const REFUSED_SHOWN = 20;

/**
 * One line per publish, with what came of its rows. Refusals are worth a line in production; that all went well is only
 * said when debugging, because a log line costs as much as the write it tells of.
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
