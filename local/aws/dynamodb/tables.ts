/** Where the tables of a stack are made: the embedded database or a real one. */
export interface DynamodbTables {
  /** Takes the input of `CreateTable`; a table that exists is kept with its items. */
  createTable(input: Readonly<Record<string, unknown>>): Promise<void>;
}
