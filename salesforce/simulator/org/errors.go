package org

import (
	"fmt"
	"strings"
)

// Error is one refusal, as a REST answer carries it.
type Error struct {
	Status  int    // HTTP status of a single-record call
	Code    string // errorCode, "statusCode" in collections
	Message string
	Fields  []string // nil: the answer has no "fields" key; empty: "fields":[]
}

func (e Error) Error() string { return e.Code + ": " + e.Message }

// Errors are all refusals of one write: nil on success, else never empty. Do
// not hand a nil Errors on as an error, which would then not be nil.
type Errors []Error

func (e Errors) Error() string {
	parts := make([]string, len(e))
	for i, problem := range e {
		parts[i] = problem.Error()
	}
	return strings.Join(parts, "; ")
}

// one makes a refusal whose answer has a "fields" key.
func one(status int, code, message string, fields ...string) Errors {
	if fields == nil {
		fields = []string{}
	}
	return Errors{{Status: status, Code: code, Message: message, Fields: fields}}
}

// bare makes a refusal whose answer has no "fields" key, as recorded for
// errors found before the record itself is looked at.
func bare(status int, code, message string) Errors {
	return Errors{{Status: status, Code: code, Message: message}}
}

func notFound() Errors {
	return bare(404, "NOT_FOUND", "The requested resource does not exist")
}

// noSuchColumn is recorded without a "fields" key.
func noSuchColumn(field string, obj *Object) Errors {
	return bare(400, "INVALID_FIELD", fmt.Sprintf("No such column '%s' on sobject of type %s", field, obj.Name))
}

// readOnly is recorded with this sentence and the fields listed.
func readOnly(fields []string) Errors {
	return one(400, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: "+strings.Join(fields, ", ")+
		". Please check the security settings of this field and verify that it is read/write for your profile or permission set.", fields...)
}

func (w *write) requiredMissing(fields []string) Errors {
	return one(400, "REQUIRED_FIELD_MISSING", w.words("Required fields are missing")+": ["+strings.Join(fields, ", ")+"]", fields...)
}

func tooLong(f *Field, value string) Errors {
	return one(400, "STRING_TOO_LONG", fmt.Sprintf("%s: data value too large: %s (max length=%d)", f.Label, value, f.Length), f.Name)
}

func badPicklistValue(f *Field, value string) Errors {
	return one(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
		fmt.Sprintf("%s: bad value for restricted picklist field: %s", f.Label, value), f.Name)
}

func badEmail(f *Field, value string) Errors {
	return one(400, "INVALID_EMAIL_ADDRESS", fmt.Sprintf("%s: invalid email address: %s", f.Label, value), f.Name)
}

// malformedReference is recorded as "Profile ID: id value of incorrect type: BadValue".
func malformedReference(label, value, field string) Errors {
	return one(400, "MALFORMED_ID", fmt.Sprintf("%s: id value of incorrect type: %s", label, value), field)
}

// absentReference is the answer to a well-formed id of nobody inside a record.
func absentReference() Errors {
	return one(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
}

// absentRecord answers an update or delete of a well-formed id of nobody;
// recorded without a "fields" key.
func absentRecord() Errors {
	return bare(404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
}

func deletedRecord() Errors { return one(404, "ENTITY_IS_DELETED", "entity is deleted") }

func badJSON(format string, args ...any) Errors {
	return bare(400, "JSON_PARSER_ERROR", fmt.Sprintf(format, args...))
}

// words gives a sentence in the running user's language (the org's setting
// comes first), as far as its translation was recorded; else in English.
func (w *write) words(english string) string {
	language := w.s.cfg.MessageLanguage
	if language == "" && w.access != nil {
		language = w.access.language
	}
	translations := map[string]map[string]string{
		"Required fields are missing": {"es": "Faltan campos obligatorios", "pt_BR": "Campos obrigatórios ausentes"},
		"License Limit Exceeded":      {"ja": "ライセンスの制限を超えています"},
	}
	if t, ok := translations[english][language]; ok {
		return t
	}
	return english
}
