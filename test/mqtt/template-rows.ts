/** A row, and what has to be there before it. `$` stands for the device, `%` for its first operation. */
export interface RowCase {
  readonly row: string;
  /** The device whose topic the row is sent on; the device itself when left out. */
  readonly on?: string;
  /** Fragments of operations that wait for the device. */
  readonly operations?: readonly string[];
  /** Rows before it. */
  readonly after?: readonly string[];
}

const restart = { operations: ['c8y_Restart'] };
const executing = { ...restart, after: ['501,c8y_Restart'] };

/** The dearest row of every template; a fragment the device has not had costs its place in a list too. */
export const TEMPLATE_ROWS: Readonly<Record<string, RowCase>> = {
  100: { row: '100,Boiler,acme_Boiler' },
  101: { row: '101,$-pump,Pump,acme_Pump' },
  102: { row: '102,$-db,systemd,database,up' },
  104: { row: '104,down', on: '$-db', after: ['102,$-db,systemd,database,up'] },
  105: { row: '105', after: ['101,$-a', '101,$-b'] },
  107: { row: '107,c8y_Configuration', after: ['113,poll=10'] },
  110: { row: '110,SN,BX,C' },
  111: { row: '111,1,2,3,4,5,6,7' },
  112: { row: '112,1,2,3,4' },
  113: { row: '113,poll=10' },
  114: { row: '114,c8y_Restart' },
  115: { row: '115,os,1,https://fw' },
  116: { row: '116,nginx,1,https://sw' },
  117: { row: '117,30' },
  118: { row: '118,syslog' },
  119: { row: '119,net' },
  120: { row: '120,net,https://cfg' },
  121: { row: '121,true', operations: ['c8y_DeviceProfile'], after: ['501,c8y_DeviceProfile'] },
  122: { row: '122,agent,1,,acme' },
  123: { row: '123' },
  125: { row: '125' },
  140: { row: '140,nginx,2,apt,', after: ['140,nginx,1,apt,'] },
  141: { row: '141,curl,1,apt,', after: ['140,nginx,1,apt,'] },
  142: { row: '142,nginx,1', after: ['140,nginx,1,apt,'] },
  143: { row: '143,apt' },
  150: { row: '150,SSH' },
  200: { row: '200,acme_Flow,inlet,1' },
  201: { row: '201,acme_Power,,acme_Phase,U1,230,V' },
  210: { row: '210,-71,0.2' },
  211: { row: '211,20' },
  212: { row: '212,80' },
  301: { row: '301,acme_Low' },
  302: { row: '302,acme_Low' },
  303: { row: '303,acme_Low' },
  304: { row: '304,acme_Low' },
  305: { row: '305,acme_Low,MINOR', after: ['301,acme_Low'] },
  306: { row: '306,acme_Low', after: ['301,acme_Low'] },
  307: { row: '307,acme_Low,acme_Detail', after: ['301,acme_Low'] },
  400: { row: '400,acme_Boot,ok' },
  401: { row: '401,52,13' },
  402: { row: '402,52,13' },
  407: { row: '407,acme_Boot,acme_Trace', after: ['400,acme_Boot,ok'] },
  408: { row: '408,,,true,acme_Valve.open,BOOLEAN,true' },
  500: { row: '500', ...restart },
  501: { row: '501,c8y_Restart', ...restart },
  502: { row: '502,c8y_Restart,no', ...executing },
  503: { row: '503,c8y_RelayArray,OPEN', operations: ['c8y_RelayArray'], after: ['501,c8y_RelayArray'] },
  504: { row: '504,%', ...restart },
  505: { row: '505,%,no', ...restart },
  506: { row: '506,%', ...restart },
  507: { row: '507', operations: ['c8y_Restart', 'c8y_Restart'], after: ['501,c8y_Restart', '501,c8y_Restart'] },
  600: { row: '600' },
  602: { row: '602' },
};
