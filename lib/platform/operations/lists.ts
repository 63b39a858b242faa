import type { Operation } from '../model';
import type { Agendas } from './agendas';
import { matchesOperationFilter, type OperationFilter } from './filter';
import { isClosed } from './fold';
import type { OperationItems } from './items';
import { operationOf } from './records';

/** Records that are read at once. */
const CHUNK = 25;

/**
 * Lists of operations. Ids come from a Query, records from BatchGetItem, 25 at a time and only when the caller gets to
 * them.
 */
export class OperationLists {
  constructor(
    private readonly items: OperationItems,
    private readonly agendas: Agendas,
  ) {}

  /** By ascending id, or descending with `revert`. */
  async *list(tenant: string, filter: OperationFilter): AsyncGenerator<Operation> {
    let ids: string[] = [];
    for await (const id of this.idsFor(tenant, filter)) {
      ids.push(id);
      if (ids.length < CHUNK) continue;
      yield* await this.read(tenant, ids, filter);
      ids = [];
    }
    yield* await this.read(tenant, ids, filter);
  }

  /** The ids to look at. Open operations of an agent come from its agenda, all others from a list. */
  private async *idsFor(tenant: string, filter: OperationFilter): AsyncGenerator<string> {
    const { deviceId, agentId, statuses, revert = false } = filter;
    if (agentId !== undefined && statuses?.every((status) => !isClosed(status))) {
      const ids = (await this.agendas.withStatus(tenant, agentId, statuses)).map(({ id }) => id);
      yield* revert ? ids.reverse() : ids;
    } else if (deviceId !== undefined) yield* this.items.idsOf(tenant, deviceId, 'device', revert);
    else if (agentId !== undefined) yield* this.items.idsOf(tenant, agentId, 'agent', revert);
    else yield* this.items.idsOfTenant(tenant, revert);
  }

  private async read(tenant: string, ids: readonly string[], filter: OperationFilter): Promise<readonly Operation[]> {
    const records = ids.length === 0 ? [] : await this.items.readAll(tenant, ids);
    return records.map(operationOf).filter((operation) => matchesOperationFilter(operation, filter));
  }
}
