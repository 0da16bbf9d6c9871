package simulator

import (
	"fmt"
	"net/http"

	"scimforce/salesforce/simulator/org"
)

// answer is what one REST resource says, whether it travels as an HTTP answer
// or inside a composite one.
type answer struct {
	status int
	header object // names and string values, as in a composite's httpHeaders
	body   any    // nil: no body (null inside a composite)
}

func (a answer) failed() bool { return a.status >= 400 }

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

func noContent() answer { return answer{status: http.StatusNoContent} }

// created is the answer to a successful POST of one record.
func created(q *request, object, id string) answer {
	return answer{
		status: http.StatusCreated,
		header: headerOf("Location", recordURL(q.version, object, id)),
		body:   saved(id),
	}
}

// saved is the body {"id","success","errors"} of a record that was written.
func saved(id string) object {
	return object{{"id", id}, {"success", true}, {"errors", []any{}}}
}

func headerOf(name, value string) object { return object{{name, value}} }

// refused is an error of the data layer: message, errorCode and, where the org
// names them, fields.
func refused(errs org.Errors) answer {
	list := make([]object, len(errs))
	status := http.StatusBadRequest
	for i, e := range errs {
		if i == 0 && e.Status != 0 {
			status = e.Status
		}
		switch {
		case e.Fields != nil:
			list[i] = object{{"message", e.Message}, {"errorCode", e.Code}, {"fields", e.Fields}}
		case fromFramework(e.Code):
			list[i] = object{{"errorCode", e.Code}, {"message", e.Message}}
		default:
			list[i] = object{{"message", e.Message}, {"errorCode", e.Code}}
		}
	}
	return answer{status: status, body: list}
}

// fromFramework says whether a code without fields was recorded with errorCode
// before message.
func fromFramework(code string) bool {
	return code == "NOT_FOUND" || code == "JSON_PARSER_ERROR" || code == "INVALID_CROSS_REFERENCE_KEY"
}

// messageFirst is an error of the data layer made here, without fields.
func messageFirst(status int, code, message string) answer {
	return answer{status: status, body: []object{{{"message", message}, {"errorCode", code}}}}
}

// codeFirst is an error of the REST framework itself, which writes errorCode
// before message.
func codeFirst(status int, code, message string) answer {
	return answer{status: status, body: []object{{{"errorCode", code}, {"message", message}}}}
}

// unknownException is the answer to what an org did not expect, as recorded but
// for the numbers of the error.
func unknownException(n int64) answer {
	return messageFirst(http.StatusInternalServerError, "UNKNOWN_EXCEPTION", fmt.Sprintf(
		"An unexpected error occurred. Please include this ErrorId if you contact support: 1452464078-%d (-1173371248)", 314666+n))
}

func notFound() answer {
	return codeFirst(http.StatusNotFound, "NOT_FOUND", "The requested resource does not exist")
}

// noSuchKeyField is what a record URL answers when its last part is no id: the
// part is taken for the name of an external id field.
func noSuchKeyField(name string) answer {
	return messageFirst(http.StatusNotFound, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: "+name)
}

func recordURL(version, object, id string) string {
	return "/services/data/v" + version + "/sobjects/" + object + "/" + id
}
