#include <libpq-fe.h>
#include <postgres_ext.h>

// Swift cannot see character constants that are defined as such.

static const int clibpq_severity = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int clibpq_sqlstate = PG_DIAG_SQLSTATE;
static const int clibpq_message = PG_DIAG_MESSAGE_PRIMARY;
static const int clibpq_detail = PG_DIAG_MESSAGE_DETAIL;
static const int clibpq_hint = PG_DIAG_MESSAGE_HINT;
static const int clibpq_position = PG_DIAG_STATEMENT_POSITION;
static const int clibpq_context = PG_DIAG_CONTEXT;
static const int clibpq_schema = PG_DIAG_SCHEMA_NAME;
static const int clibpq_table = PG_DIAG_TABLE_NAME;
static const int clibpq_column = PG_DIAG_COLUMN_NAME;
static const int clibpq_constraint = PG_DIAG_CONSTRAINT_NAME;
static const int clibpq_source_function = PG_DIAG_SOURCE_FUNCTION;
