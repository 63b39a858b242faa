import { join } from 'node:path';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Queue } from 'aws-cdk-lib/aws-sqs';

/** A shop. Orders come over HTTP, are stored and put on a bus. A rule queues them for a function that packs them. */
class ShopStack extends Stack {
  constructor(app: App) {
    super(app, 'Shop');
    const orders = new Table(this, 'Orders', {
      partitionKey: { name: 'id', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
    });
    const bus = new EventBus(this, 'Bus');
    const toPack = new Queue(this, 'ToPack');
    const matches = { source: ['shop'], detailType: ['order'] };
    new Rule(this, 'Ordered', { eventBus: bus, eventPattern: matches, targets: [new SqsQueue(toPack)] });

    const order = this.#handler('Order', { ORDERS: orders.tableName, BUS: bus.eventBusName });
    const pack = this.#handler('Pack', { ORDERS: orders.tableName });
    orders.grantReadWriteData(order);
    orders.grantReadWriteData(pack);
    bus.grantPutEventsTo(order);
    pack.addEventSource(new SqsEventSource(toPack));

    const api = new HttpApi(this, 'Api');
    const integration = new HttpLambdaIntegration('OrderIntegration', order);
    api.addRoutes({ path: '/orders/{id}', methods: [HttpMethod.PUT, HttpMethod.GET], integration });
    new CfnOutput(this, 'OrdersTable', { value: orders.tableName });
  }

  #handler(id: string, environment: Record<string, string>): NodejsFunction {
    return new NodejsFunction(this, id, {
      entry: join(import.meta.dirname, `${id.toLowerCase()}.ts`),
      runtime: Runtime.NODEJS_22_X,
      environment,
      // a worker does not have the SDK, which Lambda's runtime has
      bundling: { bundleAwsSDK: true },
    });
  }
}

/** Synthesizes the shop, as `cdk synth` would. */
export function synthesizeShop(outdir: string): void {
  // the checks of the template are off, because they take seconds
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  new ShopStack(app);
  app.synth();
}
