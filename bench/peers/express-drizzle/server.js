// The service a user would write by hand: Express, an ORM, one table, the two calls of find-or-create left to the caller.
import { desc, eq, ilike } from 'drizzle-orm';
import { jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import { drizzle } from 'drizzle-orm/postgres-js';
import express from 'express';
import postgres from 'postgres';

const customers = pgTable('customers', {
  id: uuid().primaryKey().defaultRandom(),
  name: text().notNull(),
  email: text(),
  phone: text(),
  company_name: text(),
  address: text(),
  source: text(),
  tags: jsonb().notNull().default([]),
  created_at: timestamp({ withTimezone: true }).notNull().defaultNow(),
});
const db = drizzle(postgres(process.env.DATABASE_URL, { max: 10 }));
const app = express();
app.use(express.json({ limit: '16mb' }));

app.use((request, response, next) => {
  if (request.headers.authorization === `Bearer ${process.env.API_KEY}`) return next();
  response.status(401).json({ error: 'unauthorized' });
});

app.get('/customers/:id', async (request, response) => {
  const [customer] = await db.select().from(customers).where(eq(customers.id, request.params.id));
  if (customer) response.json(customer);
  else response.status(404).json({ error: 'not found' });
});

app.get('/customers', async (request, response) => {
  const { q, email, page = '1' } = request.query;
  const query = db.select().from(customers).$dynamic();
  if (email) query.where(eq(customers.email, email)).limit(1);
  else if (q) query.where(ilike(customers.name, `%${q}%`)).limit(20);
  else
    query
      .orderBy(desc(customers.created_at))
      .limit(20)
      .offset(20 * (Number(page) - 1));
  response.json(await query);
});

const fields = ['name', 'email', 'phone', 'company_name', 'address', 'source', 'tags'];
const given = (body) => Object.fromEntries(fields.map((field) => [field, body[field]]));

app.post('/customers', async (request, response) => {
  if (!request.body.name) return response.status(422).json({ error: 'name is required' });
  const [customer] = await db.insert(customers).values(given(request.body)).returning();
  response.status(201).json(customer);
});

app.post('/customers/bulk', async (request, response) => {
  const made = await db.insert(customers).values(request.body.map(given)).returning({ id: customers.id });
  response.status(201).json(made);
});

app.listen(Number(process.env.PORT), '127.0.0.1');
