-- What people and programs say to models and what they are answered. A session in Redis leads to one of these for as long as it lives; the conversation stays.

create table conversations (
  id uuid primary key,
  owner_id uuid not null,
  title text not null,
  system text,
  model text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint a_conversation_has_a_title check (title <> '')
);
comment on column conversations.owner_id is 'the person, or the API key, that it belongs to';
create index conversations_of_an_owner on conversations (owner_id, updated_at desc, id);

create table messages (
  conversation_id uuid not null references conversations on delete cascade,
  position int not null,
  role text not null,
  content jsonb not null,
  model text,
  hold_id uuid,
  input_tokens bigint,
  output_tokens bigint,
  cost bigint,
  finish text,
  created_at timestamptz not null,
  primary key (conversation_id, position),
  constraint a_role_is_known check (role in ('user', 'assistant')),
  constraint positions_begin_at_one check (position > 0),
  constraint an_answer_says_how_it_ended check ((role = 'assistant') = (finish is not null)),
  constraint an_end_is_known check (finish in ('stop', 'length', 'tool_calls', 'refused', 'cut', 'cancelled'))
);

grant select, insert, update, delete on conversations, messages to assistant_app;
